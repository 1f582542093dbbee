/** trainer. */
package org.weft.trainer;
