// A network namespace of this process's own: a link that can be cut, and addresses that are not the loopback's.
// Uses: Linux. Used by: network_test, overload_test.
#pragma once

namespace yht::scenarios {

/// This process and all it starts get a network of their own. False: the machine does not let us.
bool ownNetwork();
/// The only link. Requires: ownNetwork().
bool setLink(bool up);
/// 10.0.0.0/8 is here, too: addresses that nobody takes for the loopback's. Requires: ownNetwork().
bool addForeignAddresses();

}  // namespace yht::scenarios
