package yarmarka.analysis;

import static yarmarka.analysis.Recipe.required;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.apache.lucene.analysis.TokenStream;
import org.elasticsearch.index.IndexService.IndexCreationContext;
import org.elasticsearch.index.analysis.AbstractTokenFilterFactory;
import org.elasticsearch.index.analysis.CharFilterFactory;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;

/**
 * {@code multiplexer}: sends each token through several chains of other filters and keeps all
 * results at its position. {@code filters} has a chain per entry, {@code "lowercase, stemmer"}.
 */
final class Multiplexer extends AbstractTokenFilterFactory {
  private final List<String> chains;
  private final boolean preserveOriginal;

  static Map<String, AnalysisProvider<TokenFilterFactory>> all() {
    return Map.of("multiplexer", required(Multiplexer::new));
  }

  private Multiplexer(Definition definition) {
    super(definition.name());
    chains = definition.list("filters");
    preserveOriginal = definition.flag("preserve_original", true);
  }

  @Override
  public TokenStream create(TokenStream input) {
    throw new IllegalStateException("[" + name() + "] works only within an analyzer");
  }

  @Override
  public TokenFilterFactory getChainAwareTokenFilterFactory(
      IndexCreationContext context,
      TokenizerFactory tokenizer,
      List<CharFilterFactory> charFilters,
      List<TokenFilterFactory> previousFilters,
      Function<String, TokenFilterFactory> allFilters) {
    List<UnaryOperator<TokenStream>> applied = new ArrayList<>();
    if (preserveOriginal) {
      applied.add(input -> input);
    }
    for (String chain : chains) {
      List<TokenFilterFactory> filters = new ArrayList<>();
      for (String filterName : chain.strip().split("\\s*,\\s*")) {
        TokenFilterFactory filter = allFilters.apply(filterName);
        if (filter == null) {
          throw new IllegalArgumentException(
              "Multiplexer [" + name() + "] knows no filter [" + filterName + "]");
        }
        List<TokenFilterFactory> before = new ArrayList<>(previousFilters);
        before.addAll(filters);
        filters.add(
            filter.getChainAwareTokenFilterFactory(
                context, tokenizer, charFilters, before, allFilters));
      }
      applied.add(input -> applyAll(filters, input));
    }
    return new WithinAnalyzer(applied);
  }

  private static TokenStream applyAll(List<TokenFilterFactory> filters, TokenStream input) {
    TokenStream stream = input;
    for (TokenFilterFactory filter : filters) {
      stream = filter.create(stream);
    }
    return stream;
  }

  private final class WithinAnalyzer extends AbstractTokenFilterFactory {
    private final List<UnaryOperator<TokenStream>> chains;

    WithinAnalyzer(List<UnaryOperator<TokenStream>> chains) {
      super(Multiplexer.this.name());
      this.chains = chains;
    }

    @Override
    public TokenStream create(TokenStream input) {
      return MultiplexedStream.of(input, chains);
    }

    @Override
    public TokenFilterFactory getSynonymFilter() {
      if (preserveOriginal) {
        return IDENTITY_FILTER;
      }
      throw new IllegalArgumentException(
          "Token filter [" + name() + "] cannot be used to parse synonyms");
    }
  }
}
