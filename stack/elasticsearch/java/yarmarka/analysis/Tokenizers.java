package yarmarka.analysis;

import static yarmarka.analysis.Recipe.optional;

import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.classic.ClassicTokenizer;
import org.apache.lucene.analysis.core.KeywordTokenizer;
import org.apache.lucene.analysis.core.LetterTokenizer;
import org.apache.lucene.analysis.core.WhitespaceTokenizer;
import org.apache.lucene.analysis.email.UAX29URLEmailTokenizer;
import org.apache.lucene.analysis.ngram.EdgeNGramTokenizer;
import org.apache.lucene.analysis.ngram.NGramTokenizer;
import org.apache.lucene.analysis.path.PathHierarchyTokenizer;
import org.apache.lucene.analysis.path.ReversePathHierarchyTokenizer;
import org.apache.lucene.analysis.pattern.PatternTokenizer;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;

/** How text is cut into tokens. {@code standard} is part of the server. */
final class Tokenizers {
  private static final int LONGEST_TOKEN = StandardAnalyzer.DEFAULT_MAX_TOKEN_LENGTH;

  static Map<String, AnalysisProvider<TokenizerFactory>> all() {
    return Map.of(
        "classic", tokenizer(Tokenizers::classic),
        "edge_ngram", tokenizer(Tokenizers::edgeNgram),
        "keyword", tokenizer(Tokenizers::keyword),
        "letter", tokenizer(it -> LetterTokenizer::new),
        "ngram", tokenizer(Tokenizers::ngram),
        "path_hierarchy", tokenizer(Tokenizers::pathHierarchy),
        "pattern", tokenizer(Tokenizers::pattern),
        "uax_url_email", tokenizer(Tokenizers::urlAndEmail),
        "whitespace", tokenizer(Tokenizers::whitespace));
  }

  private static AnalysisProvider<TokenizerFactory> tokenizer(Recipe<Supplier<Tokenizer>> recipe) {
    return optional(it -> TokenizerFactory.newFactory(it.name(), recipe.make(it)));
  }

  private static Supplier<Tokenizer> classic(Definition definition) {
    int longest = definition.number("max_token_length", LONGEST_TOKEN);
    return () -> {
      ClassicTokenizer tokenizer = new ClassicTokenizer();
      tokenizer.setMaxTokenLength(longest);
      return tokenizer;
    };
  }

  private static Supplier<Tokenizer> urlAndEmail(Definition definition) {
    int longest = definition.number("max_token_length", LONGEST_TOKEN);
    return () -> {
      UAX29URLEmailTokenizer tokenizer = new UAX29URLEmailTokenizer();
      tokenizer.setMaxTokenLength(longest);
      return tokenizer;
    };
  }

  private static Supplier<Tokenizer> keyword(Definition definition) {
    int bufferSize = definition.number("buffer_size", KeywordTokenizer.DEFAULT_BUFFER_SIZE);
    return () -> new KeywordTokenizer(bufferSize);
  }

  private static Supplier<Tokenizer> whitespace(Definition definition) {
    int longest = definition.number("max_token_length", LONGEST_TOKEN);
    return () -> new WhitespaceTokenizer(longest);
  }

  private static Supplier<Tokenizer> pattern(Definition definition) {
    Pattern pattern = definition.pattern("\\W+");
    int group = definition.number("group", -1);
    return () -> new PatternTokenizer(pattern, group);
  }

  private static Supplier<Tokenizer> edgeNgram(Definition definition) {
    GramLengths lengths = GramLengths.of(definition);
    IntPredicate isTokenChar = TokenCharacters.of(definition);
    return () ->
        new EdgeNGramTokenizer(lengths.min(), lengths.max()) {
          @Override
          protected boolean isTokenChar(int character) {
            return isTokenChar.test(character);
          }
        };
  }

  private static Supplier<Tokenizer> ngram(Definition definition) {
    GramLengths lengths = GramLengths.of(definition).within(definition.index());
    IntPredicate isTokenChar = TokenCharacters.of(definition);
    return () ->
        new NGramTokenizer(lengths.min(), lengths.max()) {
          @Override
          protected boolean isTokenChar(int character) {
            return isTokenChar.test(character);
          }
        };
  }

  private static Supplier<Tokenizer> pathHierarchy(Definition definition) {
    char delimiter = character(definition, "delimiter", '/');
    char replacement = character(definition, "replacement", delimiter);
    int bufferSize = definition.number("buffer_size", 1024);
    int skip = definition.number("skip", 0);
    return definition.flag("reverse", false)
        ? () -> new ReversePathHierarchyTokenizer(bufferSize, delimiter, replacement, skip)
        : () -> new PathHierarchyTokenizer(bufferSize, delimiter, replacement, skip);
  }

  private static char character(Definition definition, String parameter, char otherwise) {
    String text = definition.text(parameter, String.valueOf(otherwise));
    if (text.length() != 1) {
      throw definition.refused("takes one character as its [" + parameter + "]");
    }
    return text.charAt(0);
  }
}
