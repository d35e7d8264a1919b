package yarmarka.analysis;

import static yarmarka.analysis.Recipe.optional;
import static yarmarka.analysis.Recipe.required;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.ngram.EdgeNGramTokenFilter;
import org.apache.lucene.analysis.ngram.NGramTokenFilter;
import org.apache.lucene.analysis.pattern.PatternCaptureGroupTokenFilter;
import org.apache.lucene.analysis.reverse.ReverseStringFilter;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;

/** Filters that emit pieces of a token. {@code shingle} is part of the server. */
final class GramFilters {
  static Map<String, AnalysisProvider<TokenFilterFactory>> all() {
    return Map.of(
        "edge_ngram", optional(it -> new Filter.Multiplying(it, edgeNgram(it))),
        "ngram", optional(it -> new Filter.Multiplying(it, ngram(it))),
        "pattern_capture", required(it -> new Filter.Multiplying(it, patternCapture(it))));
  }

  private static UnaryOperator<TokenStream> edgeNgram(Definition definition) {
    GramLengths lengths = GramLengths.of(definition);
    boolean preserve = definition.flag("preserve_original", false);
    UnaryOperator<TokenStream> fromFront =
        input -> new EdgeNGramTokenFilter(input, lengths.min(), lengths.max(), preserve);
    String side = definition.text("side", "front");
    return switch (side) {
      case "front" -> fromFront;
      case "back" ->
          input -> new ReverseStringFilter(fromFront.apply(new ReverseStringFilter(input)));
      default -> throw definition.refused("knows no side [" + side + "]");
    };
  }

  private static UnaryOperator<TokenStream> ngram(Definition definition) {
    GramLengths lengths = GramLengths.of(definition).within(definition.index());
    boolean preserve = definition.flag("preserve_original", false);
    return input -> new NGramTokenFilter(input, lengths.min(), lengths.max(), preserve);
  }

  private static UnaryOperator<TokenStream> patternCapture(Definition definition) {
    List<String> patterns = definition.list("patterns");
    if (patterns.isEmpty()) {
      throw definition.missing("patterns");
    }
    Pattern[] compiled = patterns.stream().map(Pattern::compile).toArray(Pattern[]::new);
    boolean preserve = definition.flag("preserve_original", true);
    return input -> new PatternCaptureGroupTokenFilter(input, preserve, compiled);
  }
}
