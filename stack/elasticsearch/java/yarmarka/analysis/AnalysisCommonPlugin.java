package yarmarka.analysis;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.miscellaneous.KeywordRepeatFilter;
import org.apache.lucene.analysis.ngram.EdgeNGramTokenFilter;
import org.elasticsearch.index.analysis.AnalyzerProvider;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.index.analysis.PreConfiguredTokenFilter;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.Plugin;

/**
 * The module {@code analysis-common}: Lucene's analysis under the names and parameters of
 * Elasticsearch's reference, so that index settings made for one work on the other.
 *
 * <p>Left out: components that run scripts, and languages other than English and Russian
 * where Snowball has none for them.
 */
public final class AnalysisCommonPlugin extends Plugin implements AnalysisPlugin {
  @Override
  public Map<String, AnalysisProvider<CharFilterFactory>> getCharFilters() {
    return CharFilters.all();
  }

  @Override
  public Map<String, AnalysisProvider<TokenizerFactory>> getTokenizers() {
    return Tokenizers.all();
  }

  @Override
  public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
    Map<String, AnalysisProvider<TokenFilterFactory>> filters = new HashMap<>();
    filters.putAll(LetterFilters.all());
    filters.putAll(SelectionFilters.all());
    filters.putAll(StemFilters.all());
    filters.putAll(GramFilters.all());
    filters.putAll(WordDelimiterFilters.all());
    filters.putAll(SynonymFilters.all());
    filters.putAll(Multiplexer.all());
    return filters;
  }

  /** Filters that mean something else by name alone than with the defaults of their parameters. */
  @Override
  public List<PreConfiguredTokenFilter> getPreConfiguredTokenFilters() {
    return List.of(
        PreConfiguredTokenFilter.singleton(
            "edge_ngram", false, false, input -> new EdgeNGramTokenFilter(input, 1)),
        PreConfiguredTokenFilter.singleton(
            "keyword_repeat", false, false, KeywordRepeatFilter::new));
  }

  @Override
  public Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> getAnalyzers() {
    return Analyzers.all();
  }
}
