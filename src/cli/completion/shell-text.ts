/** The text of a shell script as it stands between the backticks, where `$\{` is what a shell reads as `${`. */
export function shellText(text: TemplateStringsArray): string {
  return String.raw(text).replaceAll("$\\{", "${");
}
