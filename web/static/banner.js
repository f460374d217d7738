// The line above a page that says why its numbers may be old. Its words are carried by the page.

// Says some words, or nothing any more. Where one has to sign in again, gives the link to do so, which leads nowhere yet.
export function tell(banner, words) {
  banner.hidden = !words;
  if (!words) return null;
  banner.textContent = banner.dataset[words];
  if (words !== "signedOut") return null;
  const link = document.createElement("a");
  link.textContent = banner.dataset.signIn;
  banner.append(" ", link);
  return link;
}
