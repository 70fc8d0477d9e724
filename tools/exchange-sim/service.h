// The platform itself: SubmitRecords and QueryRecords of HotlineReport, from the bytes of a request to those of its
// answer; its WSDL and schema. README.md says in which order a request is looked at.
// Uses: seal, schema, record_rules, province_books, stage. Used by: main, tests.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tools/exchange-sim/record_rules.h"
#include "tools/exchange-sim/schema.h"
#include "tools/exchange-sim/seal.h"
#include "tools/province-sim/store.h"
#include "tools/stage/listener.h"
#include "tools/stage/misbehaviour.h"

namespace yht::exchange_sim {

inline constexpr const char* kServicePath = "/exchange/services/HotlineReport";

/// A reporting unit that may upload, and the certificates it was registered with.
struct RegisteredSender {
    std::string id, unit;
    Seal seal;                    // of its envelopes
    std::string tls_fingerprint;  // of the connection
};

/// "SENDER:UNIT:CERT.pem[:TLS.pem]"; without a fourth part the same certificate does both. Throws std::runtime_error.
RegisteredSender readSender(const std::string& text);

struct ServiceFiles {
    std::string wsdl;
    Schema schema;
};

/// Thread-safety: any thread.
class Service {
public:
    Service(
        const base::Clock& clock, province_sim::Store& store, stage::Misbehaviour& misbehaviour,
        std::vector<RegisteredSender> senders, Seal seal, ServiceFiles files
    );
    stage::HttpAnswer handle(const stage::HttpRequest& request);

private:
    /// A request on its way. Nodes are the document's.
    struct Exchange {
        Document document;
        Envelope envelope;
        const RegisteredSender* sender = nullptr;
        std::string batch_no;
        std::vector<xmlNode*> records;
        bool is_query = false;
    };
    struct Fault {
        const char* code = "";  // Client or Server
        std::string detail, text;
        std::int64_t retry_after_s = 0;
        std::vector<SchemaFault> fields{};
    };
    std::optional<Fault> read(const stage::HttpRequest& request, Exchange& exchange) const;
    std::optional<Fault> authenticate(const stage::HttpRequest& request, Exchange& exchange) const;
    std::optional<Fault> readOperation(Exchange& exchange) const;
    stage::HttpAnswer serve(const stage::HttpRequest& request, const stage::Mischief& mischief);
    std::string wholeRefusal(const Exchange& exchange, const stage::Mischief& mischief) const;
    /// "" where the MessageID was seen before.
    std::string process(const Exchange& exchange);
    std::string judge(const xmlNode* record, const Exchange& exchange, base::UnixMillis now_ms);
    std::string answerQuestion(const xmlNode* question, const Exchange& exchange);
    stage::HttpAnswer faulted(const Exchange& exchange, const Fault& fault, const stage::Mischief& mischief);
    stage::HttpAnswer sealed(const Exchange& exchange, std::string content, int status, const stage::Mischief& mischief);
    std::optional<stage::HttpAnswer> published(const stage::HttpRequest& request) const;

    const base::Clock& clock_;
    province_sim::Store& store_;
    stage::Misbehaviour& misbehaviour_;
    const std::vector<RegisteredSender> senders_;
    const Seal seal_, nobody_;
    const ServiceFiles files_;
    std::mutex mutex_;
    std::string last_answer_;  // protected by mutex_; for replays
};

}  // namespace yht::exchange_sim
