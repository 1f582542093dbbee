/**
 * A smaller dense model out of a trained one: scores say which heads, units and blocks count least, a choice of those that stay decides
 * the smaller model's configuration, and the parameters that stay are written as a Hugging Face directory.
 */
package org.weft.hub.prune;
