import "./setup.js";
import "htmx.org";
