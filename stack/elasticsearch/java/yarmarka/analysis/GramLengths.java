package yarmarka.analysis;

import org.elasticsearch.index.IndexSettings;

/** {@code min_gram} and {@code max_gram}. */
record GramLengths(int min, int max) {
  static GramLengths of(Definition definition) {
    return new GramLengths(definition.number("min_gram", 1), definition.number("max_gram", 2));
  }

  /** Refuses what the index setting {@code max_ngram_diff} does not allow. */
  GramLengths within(IndexSettings index) {
    int allowed = index.getMaxNgramDiff();
    if (max - min > allowed) {
      throw new IllegalArgumentException(
          "The difference between max_gram and min_gram must be less than or equal to: ["
              + allowed
              + "] but was ["
              + (max - min)
              + "]. This limit can be set by changing the ["
              + IndexSettings.MAX_NGRAM_DIFF_SETTING.getKey()
              + "] index level setting.");
    }
    return this;
  }
}
