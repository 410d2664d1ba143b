/* Forms that need a passkey: the browser is asked for it when one is sent, and its answer goes along.
   Nothing is decided here. Where scripts or passkeys are missing, the button stays away and the hint stays. */
"use strict";
for (const form of document.querySelectorAll("form[data-passkey]")) {
  const { parseCreationOptionsFromJSON, parseRequestOptionsFromJSON } = window.PublicKeyCredential ?? {};
  if (!parseCreationOptionsFromJSON || !parseRequestOptionsFromJSON) break;
  const { passkey, options, cancelled, known, place, failed } = form.dataset;
  const [button, said, hint] = [".button", "[role=alert]", ".needs"].map((name) => form.querySelector(name));
  const [answer, keep] = ["passkey_answer", "keep"].map((name) => form.querySelector(`input[name=${name}]`));
  hint.hidden = true;
  button.hidden = false;
  form.addEventListener("submit", async (event) => {
    // "Keep me signed in" is ticked in another form.
    if (keep) keep.disabled = !document.getElementById("keep").checked;
    if (answer.value) return;
    event.preventDefault();
    said.textContent = "";
    button.disabled = true;
    try {
      const asked = JSON.parse(options);
      const made = await (passkey === "make"
        ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked) })
        : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked) }));
      answer.value = JSON.stringify(made);
      button.disabled = false;
      form.requestSubmit();
    } catch ({ name }) {
      button.disabled = false;
      button.focus();
      said.textContent = { NotAllowedError: cancelled, InvalidStateError: known, SecurityError: place }[name] ?? failed;
    }
  });
}
