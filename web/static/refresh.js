// Pages that ask for their numbers again, and forms that are sent in place: what they say when nothing answers.
const UNAUTHORISED = 401;
const CONFLICT = 409; // is drawn where it happened
const ERROR = 500;

function tell(banner, words) {
  banner.hidden = !words;
  if (words) banner.textContent = banner.dataset[words];
}

// What is being typed stays: it is kept when the form is sent.
function signedOut(banner) {
  tell(banner, "signedOut");
  const link = document.createElement("a");
  link.href = "/sign-in";
  link.target = "_blank";
  link.textContent = banner.dataset.signIn;
  banner.append(" ", link);
}

// A form that was sent in place and got no answer says so beside it; what was typed stays.
function failed(form) {
  const line = form.closest("section")?.querySelector("[data-failed]");
  if (!line) return;
  line.textContent = line.dataset.failed;
  line.hidden = false;
}

export function mind(root, banner) {
  root.addEventListener("htmx:after:request", (event) => {
    const { status } = event.detail.ctx.response;
    if (event.target.matches("form")) {
      if (status >= UNAUTHORISED && status !== CONFLICT) failed(event.target);
    } else if (banner) {
      if (status === UNAUTHORISED) signedOut(banner);
      else tell(banner, status >= ERROR ? "database" : "");
    }
  });
  root.addEventListener("htmx:error", (event) => {
    if (event.target.matches("form")) failed(event.target);
    else if (banner) tell(banner, "off");
  });
}
