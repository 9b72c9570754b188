// Passkeys: a form with data-passkey is sent once the browser has made or used a key.
//   data-passkey="create"  makes one; options in the element that data-options names
//   data-passkey="get"     uses one;  options there, or fetched from the form's address
// In the form: a hidden input named credential, a button with data-passkey-start (hidden without script), and an
// element with data-passkey-failed that says what to do when it did not work.

const keys = window.webauthnJSON;

const optionsOf = async (form) => {
  if (form.dataset.options) return JSON.parse(document.getElementById(form.dataset.options).textContent);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
};

const make = (options) => {
  // Kept on the device and unlocked by finger, face or number: then it needs no password beside it.
  Object.assign(options.publicKey.authenticatorSelection, {
    residentKey: "required",
    requireResidentKey: true,
    userVerification: "required",
  });
  return keys.create(options);
};

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const button = document.querySelector(`[data-passkey-start="${form.id}"]`);
  const failed = document.querySelector(`[data-passkey-failed="${form.id}"]`);
  if (!window.PublicKeyCredential || !keys) continue;
  button.hidden = false;
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    failed.hidden = true;
    try {
      const options = await optionsOf(form);
      const credential =
        form.dataset.passkey === "create"
          ? await make(options.creation_options)
          : await keys.get(options.request_options);
      form.elements.credential.value = JSON.stringify(credential);
      form.submit();
    } catch {
      failed.hidden = false;
    }
  });
}
