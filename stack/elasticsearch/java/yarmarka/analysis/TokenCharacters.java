package yarmarka.analysis;

import java.util.List;
import java.util.function.IntPredicate;

/** {@code token_chars} of the n-gram tokenizers: the characters that a token may consist of. */
final class TokenCharacters {
  /** With no class given, every character. */
  static IntPredicate of(Definition definition) {
    List<String> classes = definition.list("token_chars");
    return classes.stream()
        .map(name -> ofClass(name, definition))
        .reduce(IntPredicate::or)
        .orElse(character -> true);
  }

  private static IntPredicate ofClass(String name, Definition definition) {
    return switch (name) {
      case "letter" -> Character::isLetter;
      case "digit" -> Character::isDigit;
      case "whitespace" -> Character::isWhitespace;
      case "punctuation" -> TokenCharacters::isPunctuation;
      case "symbol" -> TokenCharacters::isSymbol;
      case "custom" -> isOneOf(definition.text("custom_token_chars", ""));
      default -> throw definition.refused("knows no token_chars [" + name + "]");
    };
  }

  private static boolean isPunctuation(int character) {
    return switch (Character.getType(character)) {
      case Character.START_PUNCTUATION,
          Character.END_PUNCTUATION,
          Character.OTHER_PUNCTUATION,
          Character.CONNECTOR_PUNCTUATION,
          Character.DASH_PUNCTUATION,
          Character.INITIAL_QUOTE_PUNCTUATION,
          Character.FINAL_QUOTE_PUNCTUATION ->
          true;
      default -> false;
    };
  }

  private static boolean isSymbol(int character) {
    return switch (Character.getType(character)) {
      case Character.CURRENCY_SYMBOL,
          Character.MATH_SYMBOL,
          Character.OTHER_SYMBOL,
          Character.MODIFIER_SYMBOL ->
          true;
      default -> false;
    };
  }

  private static IntPredicate isOneOf(String characters) {
    return character -> characters.indexOf(character) >= 0;
  }
}
