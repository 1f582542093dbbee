/** {@code Main}: from words of a command line to a command, and from what it throws to an exit status. */
package org.weft.trainer;
