package yarmarka.analysis;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.CharArraySet;
import org.elasticsearch.common.regex.Regex;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.index.IndexSettings;
import org.elasticsearch.index.analysis.Analysis;

/** One component as an index defines it: {@code "my_filter": { "type": "length", "min": 2 }}. */
record Definition(IndexSettings index, Environment environment, String name, Settings settings) {
  int number(String parameter, int otherwise) {
    return settings.getAsInt(parameter, otherwise);
  }

  boolean flag(String parameter, boolean otherwise) {
    return settings.getAsBoolean(parameter, otherwise);
  }

  String text(String parameter, String otherwise) {
    return settings.get(parameter, otherwise);
  }

  List<String> list(String parameter) {
    return settings.getAsList(parameter);
  }

  /** {@code pattern} with its {@code flags}; without a default it must be given. */
  Pattern pattern(String otherwise) {
    String pattern = settings.get("pattern", otherwise);
    if (pattern == null) {
      throw missing("pattern");
    }
    return Regex.compile(pattern, settings.get("flags"));
  }

  /** The lines of a parameter, or of the file that {@code <parameter>_path} names. */
  Optional<List<String>> lines(String parameter) {
    return Optional.ofNullable(Analysis.getWordList(environment, settings, parameter));
  }

  List<String> requiredLines(String parameter) {
    return lines(parameter).orElseThrow(() -> missing(parameter));
  }

  /** As {@link #lines}, as a set; null when neither is given. */
  CharArraySet words(String parameter) {
    return Analysis.getWordSet(environment, settings, parameter);
  }

  IllegalArgumentException missing(String parameter) {
    return refused("requires [" + parameter + "] to be configured");
  }

  IllegalArgumentException refused(String why) {
    return new IllegalArgumentException("[" + name + "] " + why);
  }
}
