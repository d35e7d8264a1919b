package yarmarka.analysis;

import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.lucene.analysis.TokenFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.miscellaneous.ConditionalTokenFilter;
import org.apache.lucene.analysis.miscellaneous.RemoveDuplicatesTokenFilter;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;

/** Repeats each token once per chain at the same position; each chain filters its own copy. */
final class MultiplexedStream extends TokenFilter {
  private final PositionIncrementAttribute position =
      addAttribute(PositionIncrementAttribute.class);
  private final int copies;
  private int copy;
  private State token;

  static TokenStream of(TokenStream input, List<UnaryOperator<TokenStream>> chains) {
    MultiplexedStream source = new MultiplexedStream(input, chains.size());
    TokenStream stream = source;
    for (int index = 0; index < chains.size(); index++) {
      stream = source.filterCopy(index, stream, chains.get(index));
    }
    return new RemoveDuplicatesTokenFilter(stream);
  }

  private MultiplexedStream(TokenStream input, int copies) {
    super(input);
    this.copies = copies;
  }

  private TokenStream filterCopy(int index, TokenStream input, UnaryOperator<TokenStream> chain) {
    return new ConditionalTokenFilter(input, chain) {
      @Override
      protected boolean shouldFilter() {
        return copy == index;
      }
    };
  }

  @Override
  public boolean incrementToken() throws IOException {
    if (token != null && copy + 1 < copies) {
      copy++;
      restoreState(token);
      position.setPositionIncrement(0);
      return true;
    }
    if (!input.incrementToken()) {
      return false;
    }
    copy = 0;
    token = captureState();
    return true;
  }

  @Override
  public void reset() throws IOException {
    super.reset();
    token = null;
    copy = 0;
  }
}
