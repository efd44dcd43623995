// The page of a draft of the rules: its own bundle, as no other page needs an editor of conditions.
import "./rules/condition.js";
import "./rules/order.js";
import "./rules/leave.js";
import "./rules/list.js";
