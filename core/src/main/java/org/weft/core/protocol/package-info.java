/** Control messages and their encoding; the header of a bucket on the wire. */
package org.weft.core.protocol;
