package yarmarka.analysis;

import static yarmarka.analysis.Recipe.optional;
import static yarmarka.analysis.Recipe.required;

import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.core.FlattenGraphFilter;
import org.apache.lucene.analysis.core.TypeTokenFilter;
import org.apache.lucene.analysis.miscellaneous.KeepWordFilter;
import org.apache.lucene.analysis.miscellaneous.LengthFilter;
import org.apache.lucene.analysis.miscellaneous.LimitTokenCountFilter;
import org.apache.lucene.analysis.miscellaneous.RemoveDuplicatesTokenFilter;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;

/** Filters that let some tokens pass and not others. {@code stop} is part of the server. */
final class SelectionFilters {
  static Map<String, AnalysisProvider<TokenFilterFactory>> all() {
    return Map.of(
        "flatten_graph", optional(it -> new Filter(it, FlattenGraphFilter::new)),
        "keep", required(it -> new Filter(it, keep(it))),
        "keep_types", required(it -> new Filter(it, keepTypes(it))),
        "length", optional(it -> new Filter(it, length(it))),
        "limit", optional(it -> new Filter(it, limit(it))),
        "remove_duplicates", optional(it -> new Filter(it, RemoveDuplicatesTokenFilter::new)),
        "unique", optional(it -> new Filter(it, unique(it))));
  }

  private static UnaryOperator<TokenStream> keep(Definition definition) {
    CharArraySet words = definition.words("keep_words");
    if (words == null) {
      throw definition.missing("keep_words");
    }
    return input -> new KeepWordFilter(input, words);
  }

  private static UnaryOperator<TokenStream> keepTypes(Definition definition) {
    Set<String> types = Set.copyOf(definition.list("types"));
    if (types.isEmpty()) {
      throw definition.missing("types");
    }
    String mode = definition.text("mode", "include");
    return switch (mode) {
      case "include" -> input -> new TypeTokenFilter(input, types, true);
      case "exclude" -> input -> new TypeTokenFilter(input, types, false);
      default -> throw definition.refused("knows no mode [" + mode + "]");
    };
  }

  private static UnaryOperator<TokenStream> length(Definition definition) {
    int min = definition.number("min", 0);
    int max = definition.number("max", Integer.MAX_VALUE);
    return input -> new LengthFilter(input, min, max);
  }

  private static UnaryOperator<TokenStream> limit(Definition definition) {
    int count = definition.number("max_token_count", 1);
    boolean consumeAll = definition.flag("consume_all_tokens", false);
    return input -> new LimitTokenCountFilter(input, count, consumeAll);
  }

  private static UnaryOperator<TokenStream> unique(Definition definition) {
    return definition.flag("only_on_same_position", false)
        ? RemoveDuplicatesTokenFilter::new
        : UniqueFilter::new;
  }
}
