package yarmarka.node;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginsLoader;

/**
 * Runs one Elasticsearch node in the foreground until SIGTERM, or with {@code --once} only until it
 * has started.
 *
 * <p>The other arguments are settings, {@code name=value}; {@code path.home} holds {@code modules/}
 * and {@code config/}. The stock launcher is not among the published artifacts.
 */
public final class Main {
  private static final int CLOSE_SECONDS = 10;

  public static void main(String[] arguments) throws Exception {
    LogConfigurator.configureESLogging();
    Environment environment =
        InternalSettingsPreparer.prepareEnvironment(
            settings(arguments), Map.of(), null, () -> "yarmarka");
    Path modules = environment.modulesDir();
    PluginsLoader plugins =
        PluginsLoader.createPluginsLoader(
            PluginsLoader.loadModulesBundles(modules, false), Set.of(), Map.of(), false);

    CountDownLatch closed = new CountDownLatch(1);
    Node node = new Node(environment, plugins);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node, closed), "node-closer"));
    node.start();
    if (List.of(arguments).contains("--once")) {
      System.exit(0);
    }
    closed.await();
  }

  private static Settings settings(String[] arguments) {
    Settings.Builder settings = Settings.builder();
    for (String argument : arguments) {
      String[] pair = argument.split("=", 2);
      if (pair.length == 2) {
        settings.put(pair[0], pair[1]);
      }
    }
    return settings.build();
  }

  private static void close(Node node, CountDownLatch closed) {
    try {
      node.prepareForClose();
      node.close();
      node.awaitClose(CLOSE_SECONDS, TimeUnit.SECONDS);
    } catch (Exception failure) {
      failure.printStackTrace();
    } finally {
      closed.countDown();
    }
  }
}
