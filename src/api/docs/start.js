"use strict";

// A problem's `type` names its code: docs#not_found. The viewer calls that table by its heading.
if (/^#[a-z_]+$/.test(location.hash)) history.replaceState(null, "", "#description/problem-codes");

// Nothing is asked of any server but this one; the headers of the page see to it, too.
Scalar.createApiReference("#manual", {
  url: "openapi.json",
  servers: [{ url: location.origin }],
  authentication: { preferredSecurityScheme: "key" },
  defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
  defaultOpenFirstTag: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  persistAuth: false,
  showDeveloperTools: "never",
  telemetry: false,
  withDefaultFonts: false,
});
