/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Presses the button of the page that leads on to the service. Without it, a person does. */
"use strict";
document.getElementById("post").submit();
