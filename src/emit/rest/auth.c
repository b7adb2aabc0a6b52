/* Keeps credentials fresh; see auth.h.  A token's file is read again after a minute, as
 * client-go does, since a cluster turns such tokens over under a running program. */
#include "emit/rest/auth.h"

#include <time.h>

enum { TOKEN_FILE_SECONDS = 60 };

void auth_init(Auth *auth, const KubeTarget *target, bool stdin_taken)
{
    *auth = (Auth){.target = target, .stdin_taken = stdin_taken};
    buf_str(&auth->token, str_trim(target->user.token));
}

/* client-go's transport lets a file win over the token that was read from it once. */
static bool read_file_again(Auth *auth, Buf *error)
{
    const KubeUser *user = &auth->target->user;
    FileText text = {0};
    int failed = file_read(&text, user->token_file.ptr);
    Str token = str_trim(str_slice(text.ptr, text.len));
    if (failed == 0 && token.len) {
        auth->generation += !str_eq(token, buf_slice(&auth->token));
        auth->token.len = 0;
        buf_str(&auth->token, token);
    } else if (!auth->token.len) {
        buf_format(error, "the token's file %.*s %s", STR_ARG(user->token_file),
                   failed ? strerror(failed) : "is empty");
        auth->failed = true;
    }
    auth->fresh_until = (int64_t)time(NULL) + TOKEN_FILE_SECONDS;
    file_free(&text);
    return !auth->failed;
}

static bool refresh(Auth *auth, bool refused, Buf *error)
{
    const KubeUser *user = &auth->target->user;
    int64_t now = (int64_t)time(NULL);
    if (auth->failed)
        return false;
    if (user->token_file.len)
        return (!refused && now < auth->fresh_until) || read_file_again(auth, error);
    if (!user->exec.present)
        return true;
    if (!refused && auth->generation && (auth->fresh_until == 0 || now < auth->fresh_until))
        return true;
    return auth_exec(auth, error);
}

/* A header of its own must not be hidden in a token. */
static bool is_token(Str token)
{
    for (size_t i = 0; i < token.len; i++)
        if ((unsigned char)token.ptr[i] <= ' ' || token.ptr[i] == 0x7f)
            return false;
    return true;
}

bool auth_refresh(Auth *auth, bool refused, Buf *error)
{
    if (!refresh(auth, refused, error))
        return false;
    if (is_token(buf_slice(&auth->token)))
        return true;
    buf_text(error, "the bearer token has spaces or control characters, which no token has");
    auth->failed = true;
    return false;
}

void auth_free(Auth *auth)
{
    buf_free(&auth->token);
    buf_free(&auth->cert);
    buf_free(&auth->key);
}
