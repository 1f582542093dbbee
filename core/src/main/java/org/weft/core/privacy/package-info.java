/**
 * Training that shows little of any one example (DP-SGD): which examples a step draws, by how much each is clipped, the noise that servers
 * add, and what all of that comes to. Drawn and noised by counters out of a secret, so that neither depends on who computes it.
 */
package org.weft.core.privacy;
