package yarmarka.analysis;

import static yarmarka.analysis.Recipe.optional;

import java.util.Map;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.StopFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.core.KeywordAnalyzer;
import org.apache.lucene.analysis.core.SimpleAnalyzer;
import org.apache.lucene.analysis.core.StopAnalyzer;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.pattern.PatternTokenizer;
import org.apache.lucene.analysis.ru.RussianAnalyzer;
import org.elasticsearch.index.analysis.AbstractIndexAnalyzerProvider;
import org.elasticsearch.index.analysis.Analysis;
import org.elasticsearch.index.analysis.AnalyzerProvider;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;

/** Ready analyzers by the names that mappings use. {@code standard} is part of the server. */
final class Analyzers {
  static Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> all() {
    return Map.of(
        "english", language(EnglishAnalyzer.getDefaultStopSet(), EnglishAnalyzer::new),
        "keyword", analyzer(it -> new KeywordAnalyzer()),
        "pattern", analyzer(Analyzers::pattern),
        "russian", language(RussianAnalyzer.getDefaultStopSet(), RussianAnalyzer::new),
        "simple", analyzer(it -> new SimpleAnalyzer()),
        "stop", analyzer(it -> new StopAnalyzer(stopWords(it, englishStopWords()))),
        "whitespace", analyzer(it -> new WhitespaceAnalyzer()));
  }

  private static AnalysisProvider<AnalyzerProvider<? extends Analyzer>> analyzer(
      Recipe<Analyzer> recipe) {
    return optional(
        definition -> {
          Analyzer analyzer = recipe.make(definition);
          return new AbstractIndexAnalyzerProvider<>(definition.name()) {
            @Override
            public Analyzer get() {
              return analyzer;
            }
          };
        });
  }

  /** {@code stopwords}, {@code stopwords_path} and {@code stem_exclusion} are the parameters. */
  private static AnalysisProvider<AnalyzerProvider<? extends Analyzer>> language(
      CharArraySet stopWords, BiFunction<CharArraySet, CharArraySet, Analyzer> create) {
    return analyzer(
        it ->
            create.apply(
                stopWords(it, stopWords),
                Analysis.parseStemExclusion(it.settings(), CharArraySet.EMPTY_SET)));
  }

  private static Analyzer pattern(Definition definition) {
    Pattern pattern = definition.pattern("\\W+");
    boolean lowercase = definition.flag("lowercase", true);
    CharArraySet stopWords = stopWords(definition, CharArraySet.EMPTY_SET);
    return new Analyzer() {
      @Override
      protected TokenStreamComponents createComponents(String field) {
        Tokenizer tokenizer = new PatternTokenizer(pattern, -1);
        return new TokenStreamComponents(
            tokenizer, new StopFilter(normalize(field, tokenizer), stopWords));
      }

      @Override
      protected TokenStream normalize(String field, TokenStream input) {
        return lowercase ? new LowerCaseFilter(input) : input;
      }
    };
  }

  private static CharArraySet stopWords(Definition definition, CharArraySet otherwise) {
    return Analysis.parseStopWords(definition.environment(), definition.settings(), otherwise);
  }

  private static CharArraySet englishStopWords() {
    return EnglishAnalyzer.ENGLISH_STOP_WORDS_SET;
  }
}
