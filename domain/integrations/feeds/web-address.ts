/** An absolute http(s) address of at most 2,000 characters: what both Yandex and Google take for links and pictures. */
export const isWebAddress = (text: string): boolean =>
  text.length <= 2_000 && /^https?:\/\/[^\s/?#"<>\\][^\s"<>\\]*$/i.test(text)
