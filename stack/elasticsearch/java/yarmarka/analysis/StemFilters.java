package yarmarka.analysis;

import static yarmarka.analysis.Recipe.optional;
import static yarmarka.analysis.Recipe.required;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.en.EnglishMinimalStemFilter;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.en.KStemFilter;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.miscellaneous.PatternKeywordMarkerFilter;
import org.apache.lucene.analysis.miscellaneous.SetKeywordMarkerFilter;
import org.apache.lucene.analysis.miscellaneous.StemmerOverrideFilter;
import org.apache.lucene.analysis.ru.RussianLightStemFilter;
import org.apache.lucene.analysis.snowball.SnowballFilter;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;

/** Filters that reduce words to stems, and those that keep some words from it. */
final class StemFilters {
  /** The languages for which the {@code stemmer} filter means Snowball's. */
  private static final Set<String> SNOWBALL =
      Set.of(
          "armenian", "basque", "catalan", "danish", "dutch", "estonian", "finnish", "french",
          "german", "hungarian", "irish", "italian", "lithuanian", "norwegian", "portuguese",
          "romanian", "russian", "serbian", "spanish", "swedish", "turkish");

  static Map<String, AnalysisProvider<TokenFilterFactory>> all() {
    return Map.of(
        "keyword_marker", required(it -> new Filter(it, keywordMarker(it))),
        "kstem", optional(it -> new Filter(it, KStemFilter::new)),
        "porter_stem", optional(it -> new Filter(it, PorterStemFilter::new)),
        "russian_stem", optional(it -> new Filter(it, snowball("russian"))),
        "snowball", optional(it -> new Filter(it, snowball(it.text("language", "English")))),
        "stemmer", optional(it -> new Filter(it, stemmer(it))),
        "stemmer_override", required(it -> new Filter(it, stemmerOverride(it))));
  }

  private static UnaryOperator<TokenStream> stemmer(Definition definition) {
    String language = definition.text("language", definition.text("name", "porter"));
    return switch (language.toLowerCase(Locale.ROOT)) {
      case "english", "porter" -> PorterStemFilter::new;
      case "light_english", "kstem" -> KStemFilter::new;
      case "minimal_english" -> EnglishMinimalStemFilter::new;
      case "possessive_english" -> EnglishPossessiveFilter::new;
      case "porter2" -> snowball("English");
      case "light_russian" -> RussianLightStemFilter::new;
      case String name when SNOWBALL.contains(name) -> snowball(name);
      default -> throw definition.refused("knows no stemmer of language [" + language + "]");
    };
  }

  private static UnaryOperator<TokenStream> snowball(String language) {
    String name = language.substring(0, 1).toUpperCase(Locale.ROOT) + language.substring(1);
    return input -> new SnowballFilter(input, name);
  }

  private static UnaryOperator<TokenStream> keywordMarker(Definition definition) {
    String regularExpression = definition.text("keywords_pattern", null);
    CharArraySet words = definition.words("keywords");
    if ((regularExpression == null) == (words == null)) {
      throw definition.refused("requires either [keywords] or [keywords_pattern]");
    }
    if (words == null) {
      Pattern pattern = Pattern.compile(regularExpression);
      return input -> new PatternKeywordMarkerFilter(input, pattern);
    }
    CharArraySet keywords = new CharArraySet(words, definition.flag("ignore_case", false));
    return input -> new SetKeywordMarkerFilter(input, keywords);
  }

  /** Rules read {@code бусы, бус => бусы}. */
  private static UnaryOperator<TokenStream> stemmerOverride(Definition definition)
      throws IOException {
    StemmerOverrideFilter.Builder rules = new StemmerOverrideFilter.Builder(false);
    for (String line : definition.requiredLines("rules")) {
      Rule rule = Rule.parse(line);
      for (String word : rule.left().split(",")) {
        rules.add(word.strip(), rule.right());
      }
    }
    StemmerOverrideFilter.StemmerOverrideMap map = rules.build();
    return input -> new StemmerOverrideFilter(input, map);
  }
}
