/**
 * What every room shares: how a run fails and with which exit status ({@code WeftException}, {@code ExitStatus}), where
 * threads come from and how they wait ({@code Threads}), digests, JSON, random numbers by counter.
 */
package org.weft.core;
