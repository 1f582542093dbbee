/** bench. */
package org.weft.bench;
