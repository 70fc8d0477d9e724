// Which addresses may be connected to for a stranger's URL (SSRF). What a name resolves to is the stranger's to choose, so
// the address itself is judged, at the moment of connecting: nothing that is ours or our neighbours'.
// Uses: std. Used by: guarded_fetch.
#pragma once

#include <sys/socket.h>

#include <string>
#include <vector>

namespace yht::kit {

/// Loopback, private, shared, link-local, multicast, reserved, unspecified; IPv4 within IPv6 is judged as IPv4. Anything
/// that is neither IPv4 nor IPv6 is inner too.
bool isInnerAddress(const sockaddr& address);

/// An inner address that stands in the list literally ("10.1.2.3", "[::1]", with or without a port) may be reached;
/// every other that is not inner may.
bool mayConnect(const sockaddr& address, const std::vector<std::string>& hosts);

/// Whether the list names this host, lower case, with that port: "files.example" is its port 443 (or 80) only.
bool isListedHost(const std::string& host, int port, bool default_port, const std::vector<std::string>& hosts);

}  // namespace yht::kit
