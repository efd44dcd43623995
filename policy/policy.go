// Package policy says who may do what, where. The policy is data: lines of role, action and reach that casbin reads;
// nothing else is allowed. What one may do is the sum of one's grants. Lists ask for a Scope, single things for Can,
// and both answers come from the same matrix.
package policy
