package yarmarka.analysis;

import java.util.Map;
import java.util.function.BiFunction;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.ru.RussianAnalyzer;
import org.elasticsearch.index.analysis.AbstractIndexAnalyzerProvider;
import org.elasticsearch.index.analysis.Analysis;
import org.elasticsearch.index.analysis.AnalyzerProvider;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;

/** Ready analyzers by the names that mappings use. */
final class Analyzers {
  static final Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> ALL =
      Map.of(
          "english", language(EnglishAnalyzer.getDefaultStopSet(), EnglishAnalyzer::new),
          "russian", language(RussianAnalyzer.getDefaultStopSet(), RussianAnalyzer::new));

  /** {@code stopwords}, {@code stopwords_path} and {@code stem_exclusion} are the parameters. */
  private static AnalysisProvider<AnalyzerProvider<? extends Analyzer>> language(
      CharArraySet stopWords, BiFunction<CharArraySet, CharArraySet, Analyzer> create) {
    return (index, environment, name, settings) -> {
      Analyzer analyzer =
          create.apply(
              Analysis.parseStopWords(environment, settings, stopWords),
              Analysis.parseStemExclusion(settings, CharArraySet.EMPTY_SET));
      return new AbstractIndexAnalyzerProvider<>(name) {
        @Override
        public Analyzer get() {
          return analyzer;
        }
      };
    };
  }
}
