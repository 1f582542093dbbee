/** server. */
package org.weft.server;
