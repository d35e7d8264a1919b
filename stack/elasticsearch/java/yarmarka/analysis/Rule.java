package yarmarka.analysis;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A line such as {@code ё => е}; white space around its sides is no part of them. */
record Rule(String left, String right) {
  private static final Pattern ARROW = Pattern.compile("\\s*(.*\\S)\\s*=>\\s*(.*?)\\s*");
  private static final Pattern ESCAPE =
      Pattern.compile("\\\\(?:u([0-9a-fA-F]{4})|(.))", Pattern.DOTALL);

  static Rule parse(String line) {
    Matcher sides = ARROW.matcher(line);
    if (!sides.matches()) {
      throw new IllegalArgumentException("Invalid rule: [" + line + "]");
    }
    return new Rule(sides.group(1), sides.group(2));
  }

  /** Both sides with their escapes resolved: <code>\\u0020</code>, {@code \n}, {@code \\}. */
  Rule unescaped() {
    return new Rule(unescape(left), unescape(right));
  }

  static String unescape(String text) {
    return ESCAPE
        .matcher(text)
        .replaceAll(found -> Matcher.quoteReplacement(character(found.group(1), found.group(2))));
  }

  private static String character(String hexadecimal, String escaped) {
    if (hexadecimal != null) {
      return String.valueOf((char) Integer.parseInt(hexadecimal, 16));
    }
    return switch (escaped) {
      case "n" -> "\n";
      case "t" -> "\t";
      case "r" -> "\r";
      case "b" -> "\b";
      case "f" -> "\f";
      case "\\" -> "\\";
      default -> throw new IllegalArgumentException("Invalid escaped char: [\\" + escaped + "]");
    };
  }
}
