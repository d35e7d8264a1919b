package yarmarka.analysis;

import static org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter.CATENATE_ALL;
import static org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter.CATENATE_NUMBERS;
import static org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter.CATENATE_WORDS;
import static org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter.GENERATE_NUMBER_PARTS;
import static org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter.GENERATE_WORD_PARTS;
import static org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter.IGNORE_KEYWORDS;
import static org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter.PRESERVE_ORIGINAL;
import static org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter.SPLIT_ON_CASE_CHANGE;
import static org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter.SPLIT_ON_NUMERICS;
import static org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter.STEM_ENGLISH_POSSESSIVE;
import static yarmarka.analysis.Recipe.optional;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.lucene.analysis.CharArraySet;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.miscellaneous.WordDelimiterFilter;
import org.apache.lucene.analysis.miscellaneous.WordDelimiterGraphFilter;
import org.apache.lucene.analysis.miscellaneous.WordDelimiterIterator;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;

/** Filters that take apart what is written as one: {@code SM-G991B} into SM, G, 991, B. */
final class WordDelimiterFilters {
  private record Option(String parameter, int bit, boolean otherwise) {}

  private static final List<Option> OPTIONS =
      List.of(
          new Option("generate_word_parts", GENERATE_WORD_PARTS, true),
          new Option("generate_number_parts", GENERATE_NUMBER_PARTS, true),
          new Option("catenate_words", CATENATE_WORDS, false),
          new Option("catenate_numbers", CATENATE_NUMBERS, false),
          new Option("catenate_all", CATENATE_ALL, false),
          new Option("split_on_case_change", SPLIT_ON_CASE_CHANGE, true),
          new Option("preserve_original", PRESERVE_ORIGINAL, false),
          new Option("split_on_numerics", SPLIT_ON_NUMERICS, true),
          new Option("stem_english_possessive", STEM_ENGLISH_POSSESSIVE, true));
  private static final Option IGNORE_KEYWORDS_OPTION =
      new Option("ignore_keywords", IGNORE_KEYWORDS, false);

  private static final Map<String, Byte> CHARACTER_TYPES =
      Map.of(
          "LOWER", (byte) WordDelimiterFilter.LOWER,
          "UPPER", (byte) WordDelimiterFilter.UPPER,
          "ALPHA", (byte) WordDelimiterFilter.ALPHA,
          "DIGIT", (byte) WordDelimiterFilter.DIGIT,
          "ALPHANUM", (byte) WordDelimiterFilter.ALPHANUM,
          "SUBWORD_DELIM", (byte) WordDelimiterFilter.SUBWORD_DELIM);

  static Map<String, AnalysisProvider<TokenFilterFactory>> all() {
    return Map.of(
        "word_delimiter", optional(it -> new Filter.Multiplying(it, plain(it))),
        "word_delimiter_graph", optional(it -> new Filter.Multiplying(it, graph(it))));
  }

  private static UnaryOperator<TokenStream> plain(Definition definition) {
    int options = options(definition);
    byte[] types = characterTypes(definition);
    CharArraySet whole = definition.words("protected_words");
    return input -> new WordDelimiterFilter(input, types, options, whole);
  }

  private static UnaryOperator<TokenStream> graph(Definition definition) {
    int options = options(definition) | bit(definition, IGNORE_KEYWORDS_OPTION);
    byte[] types = characterTypes(definition);
    CharArraySet whole = definition.words("protected_words");
    boolean adjustOffsets = definition.flag("adjust_offsets", true);
    return input -> new WordDelimiterGraphFilter(input, adjustOffsets, types, options, whole);
  }

  private static int options(Definition definition) {
    return OPTIONS.stream().mapToInt(option -> bit(definition, option)).sum();
  }

  private static int bit(Definition definition, Option option) {
    return definition.flag(option.parameter(), option.otherwise()) ? option.bit() : 0;
  }

  /** {@code type_table} has rules such as {@code + => ALPHA}; the rest keeps its usual type. */
  private static byte[] characterTypes(Definition definition) {
    Map<Character, Byte> given = new HashMap<>();
    for (String line : definition.lines("type_table").orElse(List.of())) {
      Rule rule = Rule.parse(line);
      String character = Rule.unescape(rule.left());
      Byte type = CHARACTER_TYPES.get(rule.right());
      if (character.length() != 1 || type == null) {
        throw definition.refused("has an invalid rule in its type_table: [" + line + "]");
      }
      given.put(character.charAt(0), type);
    }
    int size = given.keySet().stream().mapToInt(character -> character + 1).max().orElse(0);
    byte[] types = new byte[Math.max(size, WordDelimiterIterator.DEFAULT_WORD_DELIM_TABLE.length)];
    for (int character = 0; character < types.length; character++) {
      types[character] =
          given.getOrDefault((char) character, WordDelimiterIterator.getType(character));
    }
    return types;
  }
}
