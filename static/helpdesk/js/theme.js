/* A classic script in the head, so that the chosen look is there before the first paint. */
(function () {
  try {
    var theme = localStorage.getItem("parley.theme");
    if (theme) document.documentElement.dataset.theme = theme;
    var density = localStorage.getItem("parley.density");
    if (density) document.documentElement.dataset.density = density;
  } catch (error) { /* storage is blocked: the system decides */ }
})();
