package yarmarka.analysis;

import java.io.IOException;
import java.io.StringReader;
import java.text.ParseException;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.synonym.SynonymMap;
import org.elasticsearch.index.IndexService.IndexCreationContext;
import org.elasticsearch.index.analysis.AbstractTokenFilterFactory;
import org.elasticsearch.index.analysis.AnalysisMode;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.index.analysis.CustomAnalyzer;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;

/**
 * Synonym rules, which can be read only within an analyzer: their words go through its tokenizer and
 * the filters before this one, so that a stemming analyzer compares stems.
 */
final class Synonyms extends AbstractTokenFilterFactory {
  private final Definition definition;
  private final List<String> rules;
  private final boolean updateable;
  private final BiFunction<TokenStream, SynonymMap, TokenStream> apply;

  Synonyms(Definition definition, BiFunction<TokenStream, SynonymMap, TokenStream> apply) {
    super(definition.name());
    this.definition = definition;
    this.rules = definition.requiredLines("synonyms");
    this.updateable = definition.flag("updateable", false);
    this.apply = apply;
  }

  @Override
  public TokenStream create(TokenStream input) {
    throw new IllegalStateException("[" + name() + "] works only within an analyzer");
  }

  @Override
  public AnalysisMode getAnalysisMode() {
    return updateable ? AnalysisMode.SEARCH_TIME : AnalysisMode.ALL;
  }

  @Override
  public TokenFilterFactory getChainAwareTokenFilterFactory(
      IndexCreationContext context,
      TokenizerFactory tokenizer,
      List<CharFilterFactory> charFilters,
      List<TokenFilterFactory> previousFilters,
      Function<String, TokenFilterFactory> allFilters) {
    Analyzer analyzer =
        new CustomAnalyzer(
            tokenizer,
            charFilters.toArray(CharFilterFactory[]::new),
            previousFilters.stream()
                .map(TokenFilterFactory::getSynonymFilter)
                .toArray(TokenFilterFactory[]::new));
    return new WithinAnalyzer(read(analyzer));
  }

  private SynonymMap read(Analyzer analyzer) {
    boolean expand = definition.flag("expand", true);
    boolean lenient = definition.flag("lenient", updateable);
    String format = definition.text("format", "solr");
    SynonymMap.Parser parser =
        switch (format) {
          case "solr", "" -> new SynonymRules.Solr(expand, lenient, analyzer);
          case "wordnet" -> new SynonymRules.Wordnet(expand, lenient, analyzer);
          default -> throw definition.refused("knows no format [" + format + "]");
        };
    try {
      parser.parse(new StringReader(String.join("\n", rules)));
      return parser.build();
    } catch (IOException | ParseException failure) {
      throw new IllegalArgumentException("failed to build synonyms", failure);
    }
  }

  private final class WithinAnalyzer extends AbstractTokenFilterFactory {
    private final SynonymMap map;

    WithinAnalyzer(SynonymMap map) {
      super(Synonyms.this.name());
      this.map = map;
    }

    @Override
    public TokenStream create(TokenStream input) {
      return map.fst == null ? input : apply.apply(input, map);
    }

    /** The rules of one synonym filter are not read through another. */
    @Override
    public TokenFilterFactory getSynonymFilter() {
      return IDENTITY_FILTER;
    }

    @Override
    public AnalysisMode getAnalysisMode() {
      return Synonyms.this.getAnalysisMode();
    }
  }
}
