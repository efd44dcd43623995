// Package e2e drives the whole program, wired as it is served, with a real browser: a handful of journeys, and what only
// a browser can tell of every page, such as what it weighs and whether everybody can use it. It also makes the contact
// sheet of all pages.
package e2e
