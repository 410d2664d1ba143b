/* Passkeys among the names that the browser offers for the field: asked for without a dialog, from the moment that the
   page is there, and no more as soon as the button beside it asks. Whatever goes wrong, the page is as it was. */
"use strict";
(async () => {
  const form = document.getElementById("passkey-sign-in");
  const { PublicKeyCredential } = window;
  if (!form || !PublicKeyCredential?.parseRequestOptionsFromJSON) return;
  // The answer to one that was refused: a browser that answers by itself would go round and round.
  if (location.pathname === new URL(form.action).pathname) return;
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  const asking = new AbortController();
  form.addEventListener("submit", () => asking.abort(), { capture: true, once: true });
  try {
    const shown = await navigator.credentials.get({
      publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(form.dataset.options)),
      mediation: "conditional",
      signal: asking.signal,
    });
    form.querySelector("input[name=passkey_answer]").value = JSON.stringify(shown);
    form.requestSubmit();
  } catch {
    // Nobody has chosen one.
  }
})();
