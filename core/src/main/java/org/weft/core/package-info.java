/** What every module shares: how a run fails and with which exit status. */
package org.weft.core;
