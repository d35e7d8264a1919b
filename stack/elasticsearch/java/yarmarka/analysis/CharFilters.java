package yarmarka.analysis;

import static yarmarka.analysis.Recipe.optional;
import static yarmarka.analysis.Recipe.required;

import java.io.Reader;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.charfilter.HTMLStripCharFilter;
import org.apache.lucene.analysis.charfilter.MappingCharFilter;
import org.apache.lucene.analysis.charfilter.NormalizeCharMap;
import org.apache.lucene.analysis.pattern.PatternReplaceCharFilter;
import org.elasticsearch.index.analysis.AbstractCharFilterFactory;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.index.analysis.NormalizingCharFilterFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;

/** What happens to the text before it is cut into tokens. */
final class CharFilters {
  static Map<String, AnalysisProvider<CharFilterFactory>> all() {
    return Map.of(
        "html_strip", optional(it -> new CharFilter(it, htmlStrip(it))),
        "mapping", required(it -> new Normalizing(it, mapping(it))),
        "pattern_replace", required(it -> new Normalizing(it, patternReplace(it))));
  }

  private static UnaryOperator<Reader> htmlStrip(Definition definition) {
    Set<String> kept = Set.copyOf(definition.list("escaped_tags"));
    return text -> new HTMLStripCharFilter(text, kept);
  }

  private static UnaryOperator<Reader> mapping(Definition definition) {
    NormalizeCharMap.Builder mappings = new NormalizeCharMap.Builder();
    for (String line : definition.requiredLines("mappings")) {
      Rule rule = Rule.parse(line).unescaped();
      mappings.add(rule.left(), rule.right());
    }
    NormalizeCharMap map = mappings.build();
    return text -> new MappingCharFilter(map, text);
  }

  private static UnaryOperator<Reader> patternReplace(Definition definition) {
    Pattern pattern = definition.pattern(null);
    String replacement = definition.text("replacement", "");
    return text -> new PatternReplaceCharFilter(pattern, replacement, text);
  }

  private static class CharFilter extends AbstractCharFilterFactory {
    private final UnaryOperator<Reader> apply;

    CharFilter(Definition definition, UnaryOperator<Reader> apply) {
      super(definition.name());
      this.apply = apply;
    }

    @Override
    public final Reader create(Reader text) {
      return apply.apply(text);
    }
  }

  private static final class Normalizing extends CharFilter
      implements NormalizingCharFilterFactory {
    Normalizing(Definition definition, UnaryOperator<Reader> apply) {
      super(definition, apply);
    }
  }
}
