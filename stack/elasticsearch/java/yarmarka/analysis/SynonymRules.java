package yarmarka.analysis;

import java.io.IOException;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.synonym.SolrSynonymParser;
import org.apache.lucene.analysis.synonym.WordnetSynonymParser;
import org.apache.lucene.util.CharsRef;
import org.apache.lucene.util.CharsRefBuilder;

/**
 * Lucene's two parsers of synonym rules. The lenient kind passes over words that the analyzer drops
 * or takes apart, where otherwise one of them refuses the index.
 */
final class SynonymRules {
  private static final CharsRef NOTHING = new CharsRef();

  @FunctionalInterface
  private interface Words {
    CharsRef analyzed() throws IOException;
  }

  private static CharsRef analyze(boolean lenient, Words words) throws IOException {
    try {
      return words.analyzed();
    } catch (IllegalArgumentException failure) {
      if (lenient) {
        return NOTHING;
      }
      throw failure;
    }
  }

  private static boolean isKept(boolean lenient, CharsRef input, CharsRef output) {
    return !lenient || (input.length > 0 && output.length > 0);
  }

  static final class Solr extends SolrSynonymParser {
    private final boolean lenient;

    Solr(boolean expand, boolean lenient, Analyzer analyzer) {
      super(true, expand, analyzer);
      this.lenient = lenient;
    }

    @Override
    public CharsRef analyze(String text, CharsRefBuilder reuse) throws IOException {
      return SynonymRules.analyze(lenient, () -> super.analyze(text, reuse));
    }

    @Override
    public void add(CharsRef input, CharsRef output, boolean keepOriginal) {
      if (isKept(lenient, input, output)) {
        super.add(input, output, keepOriginal);
      }
    }
  }

  static final class Wordnet extends WordnetSynonymParser {
    private final boolean lenient;

    Wordnet(boolean expand, boolean lenient, Analyzer analyzer) {
      super(true, expand, analyzer);
      this.lenient = lenient;
    }

    @Override
    public CharsRef analyze(String text, CharsRefBuilder reuse) throws IOException {
      return SynonymRules.analyze(lenient, () -> super.analyze(text, reuse));
    }

    @Override
    public void add(CharsRef input, CharsRef output, boolean keepOriginal) {
      if (isKept(lenient, input, output)) {
        super.add(input, output, keepOriginal);
      }
    }
  }
}
