package yarmarka.node;

import java.io.FileOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/**
 * Writes the classes of one package into a jar: {@code Pack <classes> <package folder> <jar>}.
 *
 * <p>Modules are loaded from jars only, and a Java runtime has no {@code jar} program.
 */
public final class Pack {
  public static void main(String[] arguments) throws Exception {
    Path classes = Path.of(arguments[0]);
    List<Path> files;
    try (Stream<Path> walk = Files.walk(classes.resolve(arguments[1]))) {
      files = walk.filter(Files::isRegularFile).sorted().toList();
    }
    try (JarOutputStream jar = new JarOutputStream(new FileOutputStream(arguments[2]))) {
      for (Path file : files) {
        jar.putNextEntry(new ZipEntry(classes.relativize(file).toString().replace('\\', '/')));
        Files.copy(file, jar);
      }
    }
  }
}
