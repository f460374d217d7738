// Pages that ask for their numbers again, and forms that are sent in place: what they say when nothing answers.
import { tell } from "./banner.js";

const UNAUTHORISED = 401;
const CONFLICT = 409; // is drawn where it happened
const ERROR = 500;

// What is being typed stays: it is kept when the form is sent. So the sign-in opens beside it.
function signedOut(banner) {
  const link = tell(banner, "signedOut");
  link.href = "/sign-in";
  link.target = "_blank";
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
