// A file that is too large is told before it travels. Only a help: the server refuses it too.
"use strict";

document.addEventListener("change", (event) => {
  const { files, dataset } = event.target;
  if (files && dataset.most) {
    const large = [...files].some((file) => file.size > Number(dataset.most));
    event.target.setCustomValidity(large ? dataset.large : "");
    event.target.reportValidity();
  }
});
