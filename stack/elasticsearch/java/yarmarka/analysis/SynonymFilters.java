package yarmarka.analysis;

import static yarmarka.analysis.Recipe.required;

import java.util.Map;
import org.apache.lucene.analysis.synonym.SynonymFilter;
import org.apache.lucene.analysis.synonym.SynonymGraphFilter;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;

/** {@code synonym} and {@code synonym_graph}: the latter is right for words of several tokens. */
final class SynonymFilters {
  static Map<String, AnalysisProvider<TokenFilterFactory>> all() {
    return Map.of(
        "synonym",
            required(it -> new Synonyms(it, (input, map) -> new SynonymFilter(input, map, false))),
        "synonym_graph",
            required(
                it -> new Synonyms(it, (input, map) -> new SynonymGraphFilter(input, map, false))));
  }
}
