/** What quickstart and the examples train on: the glosses of WordNet, which a package brings. */
package org.weft.trainer.local;
