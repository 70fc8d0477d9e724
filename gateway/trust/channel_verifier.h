// Who calls a channel, and is it really they: caller_rules.h applied to one request.
//
// Order of checks; the first that fails is the answer, and every one of them is "the caller is not known" to the
// caller: what exactly was wrong stands in Error::detail, for the log.
//   1 address      where the rules name networks
//   2 certificate  as RequestVerifier::speakerOf(), and its partner speaks for the source
//     token        compared in constant time with every secret in force
//     signature    the time within its window, then the signature, with every secret in force
//   3 speaker      the partner of the endpoint is known, speaks for the source, is not stopped
//
// Replay. A signed message has a replay key (VerifiedMessage::proof): of its nonce, else of what was signed. The same
// message again is answered like any duplicate: old systems repeat what they got no answer to. Another message under a
// key that was there before is refused; here for as long as the time's window is open, and by the ledger for as long as
// it lives. Without a nonce a signature that does not cover the body can't tell one message from another: it is a token.
//
// What is kept as proof names the way and the endpoint; of a text that was signed its SHA-256, unless a secret stands in
// it. No secret and no token is kept or logged.
// Uses: caller_rules, partner, verified_message. Used by: intake/channels.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "gateway/trust/caller_rules.h"
#include "gateway/trust/verified_message.h"
#include "gateway/trust/verifier.h"

namespace yht::trust {

/// A request as it came. References live as long as the call of verify().
struct ChannelCall {
    const HttpHead& head;
    std::string path;          // as the endpoint declares it
    std::string_view body;     // as it came
    std::string address;       // of the peer, without port
    std::string certificate;   // fingerprint of its TLS certificate, "" none
    std::vector<std::pair<std::string, std::string>> query;    // decoded, in order
    std::vector<std::pair<std::string, std::string>> members;  // top members of the body that have a text, for {sorted}
    /// The text at a path of the body; nullopt where there is none.
    std::function<std::optional<std::string>(const std::string& path)> member;
};

/// The text at a place; nullopt where there is none, or several.
std::optional<std::string> textAt(const ChannelCall& call, const Place& place);

/// An endpoint, as far as the caller's proof goes.
struct ChannelRules {
    std::string source;    // what records carry as `source`
    std::string endpoint;  // "zz-110/push"
    std::string partner;   // in whose name it speaks; "" with a certificate
    CallerRules caller;
    std::map<std::string, std::string> secrets;  // name → value; every name that `caller` uses, none empty
};

inline constexpr std::size_t kReplayKeysMax = 100'000;

/// Thread-safety: any thread.
class ChannelVerifier {
public:
    ChannelVerifier(const TrustHolder& trust, const RequestVerifier& requests, const base::Clock& clock)
        : trust_(trust), requests_(requests), clock_(clock) {}

    /// `message` is what is handed on as the message's body. Errors: CallerUnknown, SourceNotOwn, PartnerStopped,
    /// ReplayRefused, Certificate*.
    base::Result<VerifiedMessage> verify(const ChannelRules& rules, const ChannelCall& call, std::string message);

private:
    base::Result<Proof> checkCaller(
        const ChannelRules& rules, const ChannelCall& call, std::string_view message, base::UnixMillis now_ms
    );
    base::Result<Proof> checkSignature(
        const ChannelRules& rules, const ChannelCall& call, std::string_view message, base::UnixMillis now_ms
    );
    base::Status noteReplayKey(const base::Bytes& key, std::string_view message, base::UnixMillis until_ms);
    base::Result<RequestVerifier::Speaker> speakerOf(const ChannelRules& rules, const ChannelCall& call) const;

    const TrustHolder& trust_;
    const RequestVerifier& requests_;
    const base::Clock& clock_;

    struct Seen {
        base::Bytes message_sha256;
        base::UnixMillis until_ms = 0;
    };
    std::mutex mutex_;
    std::map<base::Bytes, Seen> seen_;  // protected by mutex_
};

}  // namespace yht::trust
