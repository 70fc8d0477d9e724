// What a transport knows of the far side that bytes came from: the fact, not what it is worth. Its worth, the assurance
// class, is judged in one place (pull_verifier.h).
// Uses: std. Used by: pull_verifier, kit/transport, pull.
#pragma once

#include <cstdint>
#include <string>

namespace yht::trust {

enum class PeerCheck : std::uint8_t {
    None,            // nobody checked who answers: plain HTTP, a database on the open wire, a folder of anybody
    TlsCertificate,  // its certificate chains to a pinned or trusted authority, and carries its name
    SshHostKey,      // it proved to hold a pinned host key
    LocalAccount,    // a file of one account of this machine, that nobody else can write
    Operator,        // the operator's word: the connection string makes the driver check the server
};

struct PeerEvidence {
    PeerCheck check = PeerCheck::None;
    std::string peer;        // "sftp://host:22", "/var/spool/x", "odbc"; never a secret
    std::string proof;       // "SHA256:…" of the host key, "uid 1001"; "" where there is none
    std::string credential;  // how we made ourselves known: "key", "password", "token"; "" not at all
};

}  // namespace yht::trust
