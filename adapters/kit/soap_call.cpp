#include "adapters/kit/soap_call.h"

#include "adapters/kit/record_writer.h"
#include "gateway/xml/text.h"

namespace yht::kit {
namespace {

/// What stands inside the Body, in exclusive canonical form: a default namespace, or a prefix for the operation alone.
std::string contentOf(const SoapCallRules& rules, const std::string& operation, std::string_view message) {
    const std::string tag = rules.qualified ? operation : "m:" + operation;
    std::string body = "<" + tag + (rules.qualified ? " xmlns=\"" : " xmlns:m=\"");
    xml::appendAttribute(body, rules.namespace_uri);
    body += "\">";
    for (const auto& [name, value] : rules.arguments) appendElement(body, name, value);
    if (rules.argument.empty()) body.append(message);
    else appendElement(body, rules.argument, message);
    return body + "</" + tag + ">";
}

}  // namespace

base::Result<SoapRequest> soapRequest(
    const SoapCallRules& rules, const SoapCall& call, const trust::SigningKey* key, base::UnixMillis now_ms
) {
    const SoapOperation& operation = rules.operation(call.is_query);
    const std::string content = contentOf(rules, operation.name, call.message);
    trust::OutgoingEnvelope envelope{.version = rules.version, .body = content};
    if (rules.addressing) {
        envelope.action = operation.action;
        envelope.message_id = call.message_id;
        envelope.to = call.to;
    }
    SoapRequest request;
    if (rules.is_signed) {
        auto text = trust::signedEnvelope(envelope, *key, now_ms);
        if (!text) return std::move(text).error();
        request.body = *std::move(text);
    } else {
        request.body = trust::plainEnvelope(envelope);
    }
    const std::string action = '"' + operation.action + '"';
    if (rules.version == trust::SoapVersion::V11) {
        request.content_type = "text/xml; charset=utf-8";
        request.fields.emplace_back("SOAPAction", action);
    } else {
        request.content_type = "application/soap+xml; charset=utf-8; action=" + action;
    }
    return request;
}

std::size_t bytesAsText(std::string_view text) {
    std::string written;
    xml::appendText(written, text);
    return written.size();
}

}  // namespace yht::kit
