/**
 * Measurements, each beside a peer that does the same work more plainly, alternating in one run. Nothing of the product
 * depends on this module; see {@code bench/README.md} for how to run them and for figures.
 */
package org.weft.bench;
