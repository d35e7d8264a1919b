package yarmarka.analysis;

import java.util.function.UnaryOperator;
import org.apache.lucene.analysis.TokenStream;
import org.elasticsearch.index.analysis.AbstractTokenFilterFactory;
import org.elasticsearch.index.analysis.NormalizingTokenFilterFactory;
import org.elasticsearch.index.analysis.TokenFilterFactory;

/** A token filter that is one function of the stream. */
class Filter extends AbstractTokenFilterFactory {
  private final UnaryOperator<TokenStream> apply;

  Filter(Definition definition, UnaryOperator<TokenStream> apply) {
    super(definition.name());
    this.apply = apply;
  }

  @Override
  public final TokenStream create(TokenStream input) {
    return apply.apply(input);
  }

  /** One that normalizers of keyword fields and multi-term queries use too. */
  static class Normalizing extends Filter implements NormalizingTokenFilterFactory {
    Normalizing(Definition definition, UnaryOperator<TokenStream> apply) {
      super(definition, apply);
    }
  }

  /** One that makes several tokens of one, and so cannot read the rules of a synonym filter. */
  static final class Multiplying extends Filter {
    Multiplying(Definition definition, UnaryOperator<TokenStream> apply) {
      super(definition, apply);
    }

    @Override
    public TokenFilterFactory getSynonymFilter() {
      throw new IllegalArgumentException(
          "Token filter [" + name() + "] cannot be used to parse synonyms");
    }
  }
}
