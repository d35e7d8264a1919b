package yarmarka.analysis;

import static yarmarka.analysis.Recipe.optional;
import static yarmarka.analysis.Recipe.required;

import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.core.DecimalDigitFilter;
import org.apache.lucene.analysis.core.UpperCaseFilter;
import org.apache.lucene.analysis.el.GreekLowerCaseFilter;
import org.apache.lucene.analysis.ga.IrishLowerCaseFilter;
import org.apache.lucene.analysis.miscellaneous.ASCIIFoldingFilter;
import org.apache.lucene.analysis.miscellaneous.TrimFilter;
import org.apache.lucene.analysis.miscellaneous.TruncateTokenFilter;
import org.apache.lucene.analysis.pattern.PatternReplaceFilter;
import org.apache.lucene.analysis.reverse.ReverseStringFilter;
import org.apache.lucene.analysis.tr.ApostropheFilter;
import org.apache.lucene.analysis.tr.TurkishLowerCaseFilter;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;

/** Filters that change the letters of a token and leave one token one token. */
final class LetterFilters {
  static Map<String, AnalysisProvider<TokenFilterFactory>> all() {
    return Map.of(
        "apostrophe", optional(it -> new Filter(it, ApostropheFilter::new)),
        "asciifolding", optional(AsciiFolding::new),
        "decimal_digit", optional(it -> new Filter.Normalizing(it, DecimalDigitFilter::new)),
        "lowercase", optional(it -> new Filter.Normalizing(it, lowercase(it))),
        "pattern_replace", required(it -> new Filter.Normalizing(it, patternReplace(it))),
        "reverse", optional(it -> new Filter(it, ReverseStringFilter::new)),
        "trim", optional(it -> new Filter.Normalizing(it, TrimFilter::new)),
        "truncate", optional(it -> new Filter(it, truncate(it))),
        "uppercase", optional(it -> new Filter.Normalizing(it, UpperCaseFilter::new)));
  }

  private static UnaryOperator<TokenStream> lowercase(Definition definition) {
    String language = definition.text("language", "");
    return switch (language) {
      case "" -> LowerCaseFilter::new;
      case "greek" -> GreekLowerCaseFilter::new;
      case "irish" -> IrishLowerCaseFilter::new;
      case "turkish" -> TurkishLowerCaseFilter::new;
      default -> throw definition.refused("knows no language [" + language + "]");
    };
  }

  private static UnaryOperator<TokenStream> patternReplace(Definition definition) {
    Pattern pattern = definition.pattern(null);
    String replacement = definition.text("replacement", "");
    boolean all = definition.flag("all", true);
    return input -> new PatternReplaceFilter(input, pattern, replacement, all);
  }

  private static UnaryOperator<TokenStream> truncate(Definition definition) {
    int length = definition.number("length", 10);
    return input -> TruncateTokenFilter.truncateAfterChars(input, length);
  }

  /** Where one token must stay one, in normalizers and synonym rules, the original is dropped. */
  private static final class AsciiFolding extends Filter.Normalizing {
    private final TokenFilterFactory folded;

    AsciiFolding(Definition definition) {
      this(definition, definition.flag("preserve_original", false));
    }

    private AsciiFolding(Definition definition, boolean preserveOriginal) {
      super(definition, input -> new ASCIIFoldingFilter(input, preserveOriginal));
      folded = preserveOriginal ? new AsciiFolding(definition, false) : this;
    }

    @Override
    public TokenStream normalize(TokenStream input) {
      return folded.create(input);
    }

    @Override
    public TokenFilterFactory getSynonymFilter() {
      return folded;
    }
  }
}
