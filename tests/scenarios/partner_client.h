// A partner, as a test plays one: a certificate, signed posts, reads. Real TLS; every call has a deadline.
// Uses: trust, json. Used by: the scenarios.
#pragma once

#include <Poco/Net/HTTPSClientSession.h>

#include <functional>
#include <memory>
#include <string>

#include "gateway/json/json.h"
#include "gateway/trust/message_signature.h"
#include "gateway/trust/tls.h"

namespace yht::scenarios {

struct Reply {
    int status = 0;  // 0: no answer
    std::string body;
    std::string content_type;
    rapidjson::Document json() const;
};

class PartnerClient {
public:
    /// `credential`: path without ending of certificate and key.
    PartnerClient(const std::string& pki, const std::string& name, std::uint16_t port);

    /// Signs and posts. A broken connection is status 0; the caller decides whether to try again.
    Reply post(
        const std::string& path, const std::string& body, const std::string& content_type = "application/json"
    );
    /// Sends the head and no more than `sent_bytes` of the body, and leaves it at that.
    void beginPost(
        const std::string& path, const std::string& body, const std::string& content_type, std::size_t sent_bytes
    );
    /// Posts what an attacker made of a signed request: `spoil` may change everything before it goes out.
    using Spoil = std::function<void(trust::HttpHead& head, std::string& body)>;
    Reply postSpoiled(const std::string& path, const std::string& body, const Spoil& spoil);
    Reply get(const std::string& path_and_query);
    /// Posts as it stands, without a signature of HTTP's.
    Reply send(const std::string& path, const std::string& body, const std::string& content_type);
    /// The record over SOAP, in a signed envelope: the answer as REST would have given it. One that the gateway has not
    /// signed is status 0 with the body "unsigned", and no answer a careful partner may go on from.
    Reply postSoap(const std::string& record);
    /// Ends the connection without a goodbye that would be repeated: what goes out is one packet, which a cut cable loses.
    void vanish();
    /// Where the gateway listens now.
    void movedTo(std::uint16_t port);
    const Poco::Net::Context::Ptr& context() const { return context_; }
    const trust::SigningKey& key() const { return key_; }
    std::string url(const std::string& path) const;

private:
    trust::HttpHead signedHead(const std::string& path, const std::string& body, const std::string& content_type) const;
    Reply send(const trust::HttpHead& head, const std::string& path, const std::string& body);
    Poco::Net::HTTPSClientSession& session();

    Poco::Net::Context::Ptr context_;
    trust::SigningKey key_;
    std::uint16_t port_;
    std::unique_ptr<Poco::Net::HTTPSClientSession> session_;
    std::string pki_;
};

}  // namespace yht::scenarios
