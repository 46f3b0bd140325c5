# Spanish. A hint is at most 12 words, a notice 25. People never read the system's own words.

## The frame

# What the language calls itself, and the place after whose custom it writes dates and numbers.
language-name = Español
locale = es-US
skip = Ir al contenido
demonstration-label = Demostración
demonstration = Esto es una demostración: las personas, los recursos y sus direcciones son de ejemplo.
nav-main = Principal
nav-you = Tú
nav-library = Biblioteca
nav-about = Quiénes somos
nav-desk = Moderación
nav-submissions = Mis envíos
nav-settings = Ajustes
nav-sign-in = Entrar
nav-share = Compartir
nav-share-what = un recurso
nav-guidelines = Normas
nav-privacy = Privacidad
nav-graphql = GraphQL
foot = Lyceum, la biblioteca de { $community }. Todo lo que hay aquí lo leyó antes una persona voluntaria.
pages = Páginas
page-next = Página siguiente
page-previous = Página anterior
page-first = Ir a la primera página
page-past-the-end = No hay nada más adelante.

## Dates

date-time = { $date }, { $time } UTC
ago-now = hace un momento
ago-minutes = { $count ->
    [one] hace un minuto
   *[other] hace { $count } minutos
}
ago-hours = { $count ->
    [one] hace una hora
   *[other] hace { $count } horas
}
ago-days = { $count ->
    [one] ayer
   *[other] hace { $count } días
}

## What was just done

done-Submit = Guardado. En esta página siempre ves cómo va tu envío.
done-Revise = Guardado. En esta página ves cómo va ahora tu envío.
done-sent = Enviado a revisión. En esta página siempre ves cómo va.
done-Withdraw = Retirado. Nadie lo revisará.
done-Decide = Decidido. Quien lo envió recibe un correo.
done-Save = Guardado.
done-joined = Te damos la bienvenida. Ya puedes compartir un recurso: cuatro campos, más o menos un minuto.
done-signed-in = Entraste a tu cuenta.
done-signed-out = Saliste de tu cuenta.
done-first = Primero entra; después vuelves adonde estabas.

## Home

home-title = Inicio
home-open = Abrir la biblioteca
home-about = Quiénes somos
home-shelf = La biblioteca por tipo
home-new = Lo más nuevo
home-topics = Temas en los que trabajamos
home-all = { $count ->
    [one] Ver el único recurso
   *[other] Ver los { $count } recursos
}
home-part = Participa
home-part-share = Cuatro campos, más o menos un minuto. En cada paso ves cómo va tu envío.
home-part-join-title = Unirse por correo electrónico
home-part-join = Una dirección, un enlace, ninguna contraseña. Para leer nunca hace falta una cuenta.
home-part-guidelines = Qué se acepta aquí, cómo se decide y qué hacer si no estás de acuerdo.

## Library

library-count = { $count ->
    [0] Ningún recurso
    [one] 1 recurso
   *[other] { $count } recursos
}
sorted-newest = Primero lo más nuevo.
sorted-title = Por título, de la A a la Z.
sort-newest = Primero lo más nuevo
sort-title = Por título
filters-active = Filtros activos
filter-remove = Quitar el filtro:
narrow = Filtrar la lista
narrow-show = { $count ->
    [one] Mostrar el único recurso
   *[other] Mostrar los { $count } recursos
}
filter-wait = Un momento
library-none = Nada en la biblioteca cumple con todos estos filtros. Quita uno, o míralo todo.
library-all = Ver toda la biblioteca
library-empty-title = La biblioteca está vacía
library-empty = Todavía no hay nada en la biblioteca. Comparte el primer recurso y alguien del equipo de moderación lo leerá.
in-library-since = en la biblioteca desde el
open-it = Abrir
cite = Citar
cite-title = Cómo citarlo
cite-copy = Copiar la cita
copied = Copiado
no-description = Nadie ha descrito esto todavía.
facts = Datos
shared-by = Compartido por
more-of-kind = Más de este tipo: { $kind }

## Fields

field-title = Título
field-url = Enlace
field-kind = Tipo
field-description = Qué es y para qué sirve
field-authors = Autoría
field-publisher = Quién lo publica
field-publishedOn = Fecha
field-keywords = Palabras clave
field-focusAreas = Área de enfoque
field-strategies = Estrategia
field-language = Idioma
field-licence = Licencia
field-source = Fuente
field-email = Correo electrónico
field-name = Nombre
field-handle = Nombre de usuario
field-sector = Sector
field-organisation = Organización
field-reason = Motivo
field-takeDownReason = Motivo
field-message = Palabras para quien lo envió

hint-title = Tal como aparece en el propio recurso.
hint-url = La página o el archivo mismo, no un resultado de búsqueda.
hint-description = Dos o tres frases, para alguien que nunca lo ha visto.
hint-authors = Un nombre por línea.
hint-publishedOn = 2026, 2026-10 o 2026-10-05, según lo que sepas.
hint-keywords = Palabras con las que buscarlo, una por línea, diez como máximo.
hint-language = Un código de idioma, como “es” o “en”.
hint-licence = Por ejemplo, CC BY 4.0. Déjala en blanco si no sabes.
hint-source = Dónde lo encontraste, si no fue en el enlace.
hint-email = Lo usamos para escribirte y no se lo mostramos a nadie.
hint-name = Como lo leerán las demás personas.
hint-handle = 3 a 20 letras sin tilde, números o guiones. No se cambia.
hint-organisation = Dónde trabajas o con qué grupo participas. Puedes dejarla en blanco.
hint-reason = Hace falta cuando no se incluye.
hint-takeDownReason = Hace falta para quitarlo.
hint-message = Van en el correo y quedan en la página del envío.
choose-one = Elige una opción
language-ar = árabe
language-de = alemán
language-en = inglés
language-es = español
language-fa = persa
language-fr = francés
language-hi = hindi
language-ht = criollo haitiano
language-ja = japonés
language-ko = coreano
language-nv = navajo
language-pt = portugués
language-ru = ruso
language-so = somalí
language-tl = tagalo
language-uk = ucraniano
language-vi = vietnamita
language-zh = chino
more-details = Más detalles
more-details-hint = Todo es opcional. Quien modera puede pedirte lo que falte.
not-duplicate = Es otra cosa: enviarlo de todos modos

## Sharing

share-title = Compartir un recurso
share-lead = Algo que pueda servir a otras personas: una guía, una grabación, cifras, una convocatoria de fondos. Toma más o menos un minuto.
share-send = Enviar a revisión
share-draft = Guardar como borrador
share-then = Qué pasa después
share-then-1 = Lo lee una persona voluntaria. En todo momento ves cómo va.
share-then-2 = Si hay algo que corregir, te dicen qué, campo por campo. Lo corriges y lo envías de nuevo.
share-then-3 = Un correo te avisa cuando está en la biblioteca, o te da el motivo si no se incluye.
share-belongs = Qué se acepta aquí
share-another = Compartir otro
kept-here = Guardado en este navegador:
kept-back = Recuperarlo
kept-away = Descartarlo
preview = Cómo se verá
preview-nothing = Escribe algo arriba y aparecerá aquí.
preview-late = No se puede mostrar en este momento. Lo que escribiste se conserva.
preview-refused = Es demasiado largo o está demasiado anidado para mostrarlo o enviarlo.
drafts-stay = Los borradores se quedan aquí hasta que los envíes o los retires.

## My submissions

submissions-count = { $count ->
    [one] Uno hasta ahora.
   *[other] { $count } en total.
}
submissions-empty = Todavía no has compartido nada. Son cuatro campos y más o menos un minuto.
submissions-yours = Te toca a ti
submissions-desk = Con el equipo de moderación
submissions-settled = Resueltos
untitled = Todavía sin título
state-DRAFT = Borrador
state-PENDING = En espera de revisión
state-CHANGES_REQUESTED = Cambios pedidos
state-PUBLISHED = En la biblioteca
state-DECLINED = No incluido
state-WITHDRAWN = Retirado
next-DRAFT = Solo lo ves tú. Envíalo cuando esté listo.
next-PENDING = No tienes que hacer nada. Una persona voluntaria lo leerá y recibirás un correo.
next-CHANGES_REQUESTED = Corrige lo que se pide y envíalo de nuevo.
next-PUBLISHED = Cualquier persona puede encontrarlo.
next-DECLINED = El motivo está en la página de este envío. Puedes compartir otra cosa cuando quieras.
next-WITHDRAWN = Nadie lo revisará.
see-it = { $of ->
    [RESOURCE] Verlo en la biblioteca
   *[other] Verlo
}
kept = guardado:
changed = último cambio:
sent = enviado:
version-n = { $number ->
    [1] primera versión
    [2] segunda versión
    [3] tercera versión
   *[other] versión { $number }
}
number-n = Número { $number }
asks = Lo que se pide
asked-here = Quien modera pide:
answered-it = Ya lo hice
answered-in = Hecho en la { $number ->
    [2] segunda versión
    [3] tercera versión
   *[other] versión { $number }
}
not-answered = Sin marcar como hecho
change-DRAFT = Terminarlo
change-PENDING = Cambiarlo mientras espera
change-CHANGES_REQUESTED = Corregirlo
send-DRAFT = Enviar a revisión
send-PENDING = Enviar la nueva versión
send-CHANGES_REQUESTED = Enviar de nuevo a revisión
what-you-sent = Lo que enviaste
history = Lo que ha pasado hasta ahora
take-back = Retirarlo
take-back-hint = Este envío se cierra. Si cambias de idea, compártelo de nuevo.
take-back-now = Sí, retirarlo
event-DRAFT = Borrador guardado
event-SUBMIT = Enviado a revisión
event-REVISE = Enviado de nuevo
event-WITHDRAW = Retirado
event-APPROVE = { $of ->
    [RESOURCE] Incluido en la biblioteca
   *[other] Publicado
}
event-REQUEST_CHANGES = Cambios pedidos
event-DECLINE = No incluido
by = por
moderation-team = el equipo de moderación

## Desk

queue-PENDING = { $count ->
    [0] No hay nada en espera.
    [one] Hay uno en espera.
   *[other] Hay { $count } en espera, primero los más antiguos.
}
queue-CHANGES_REQUESTED = { $count ->
    [one] Uno está en manos de quien lo envió.
   *[other] { $count } están en manos de quienes los enviaron.
}
queue-PUBLISHED = { $count ->
    [one] Uno se incluyó en la biblioteca.
   *[other] { $count } se incluyeron en la biblioteca.
}
queue-DECLINED = { $count ->
    [one] Uno no se incluyó.
   *[other] { $count } no se incluyeron.
}
queue-WITHDRAWN = { $count ->
    [one] Un envío retirado.
   *[other] { $count } envíos retirados.
}
queue-start = Empezar por el más antiguo
queue-show = Mostrar
queue-news = La lista cambió desde que abriste esta página.
queue-news-show = Mostrar lo que hay ahora
queue-empty = No queda nada por revisar. Todo lo que llegó tiene respuesta.
queue-none = Aquí no hay nada.
new-member = miembro reciente
member-since = miembro desde el
review-title = Revisar el envío { $number }: { $title }
review-next = Siguiente:
review-own = Este es tuyo: lo decide otra persona.
review-look = Cómo se verá
review-text = Lo que se envió
review-typed = Lo que escribiste, por si lo necesitas:
review-asked = Lo que se pidió
review-ask = Pedir cambios, campo por campo
review-ask-hint = Quien lo envió ve cada petición en su campo y puede marcarla.
review-ask-field = ¿Qué debería cambiar?
review-decide = Decidir
review-send = Enviar la decisión y abrir el siguiente
review-who = Quién lo envió
keys = Atajos
keys-title = Atajos de teclado
keys-queue-j = El siguiente
keys-queue-k = El anterior
keys-queue-Enter = Abrirlo
keys-queue-x = Seleccionarlo, o quitarlo de la selección
keys-queue-b = Decidir sobre los seleccionados
keys-queue-help = Mostrar esta lista o cerrarla
keys-review-j = El siguiente
keys-review-k = Volver a la lista
keys-review-Enter = Enviarlo, desde el botón o desde el motivo
keys-review-Ctrl-Enter = Enviar, desde cualquier texto
keys-review-Esc = Salir de un texto o de una lista
keys-review-help = Mostrar esta lista o cerrarla
keys-single = Los atajos de una sola tecla están activados
keys-close = Cerrar
hint-keys = Desactívalos si los usa otro programa tuyo.
decide-APPROVE = { $of ->
    [RESOURCE] Incluirlo en la biblioteca
    [EDIT] Ponerlo en lugar del texto anterior
   *[other] Publicarlo
}
decide-REQUEST_CHANGES = Pedir cambios
decide-DECLINE = No incluirlo
decide-hint-REQUEST_CHANGES = Di cuáles, en los campos de “Pedir cambios”.
decide-hint-DECLINE = Hace falta un motivo.

## Account

sign-in-title = Entrar o unirse
sign-in-lead = Entrar y unirse se hace aquí mismo. Escribe tu correo electrónico y te enviamos un enlace; no hay contraseña que olvidar.
sign-in-send = Recibir un enlace
sign-in-why = Para qué unirse
sign-in-why-1 = Para compartir recursos y seguir cada uno durante su revisión. Leer y filtrar no requiere una cuenta.
sign-in-why-2 = Todo lo lee una persona voluntaria antes de que aparezca.
signed-in-as = Ya entraste como
sent-title = Revisa tu correo
sent-lead = Si la dirección puede recibir correo, ya va un enlace en camino. Sirve una sola vez, durante 15 minutos.
sent-where = ¿Pasó un minuto y no llegó nada? Busca en el correo no deseado, o comprueba que la dirección esté bien escrita.
sent-demonstration = Esta demostración no tiene servidor de correo: la terminal indica en qué archivo quedó el mensaje.
sent-again = Pedir otro enlace
link-title = Entrar
link-lead = Presiona el botón para entrar como
link-press = Entrar
link-gone-title = Este enlace ya no sirve
link-gone = Un enlace sirve una sola vez, durante 15 minutos. Pide otro; es cosa de un momento.
link-another = Recibir otro enlace
join-title = Unirse
join-lead = Es tu primera vez aquí. Unas pocas respuestas y ya puedes compartir.
join-as = Te unes con
join-agrees = Acepto las normas
join-read = Leer las normas (se abren en otra pestaña)
join-press = Unirse
settings-save = Guardar
sign-out = Salir
sign-out-hint = En una computadora compartida, sal cuando termines.

## About

about-title = { $community }
about-graphql-title = Para programas
about-graphql = Todo lo que hay en estas páginas se puede pedir en /graphql, por POST y con JSON. Esta es una primera consulta:
about-graphql-query = {"{"} library(first: 5) {"{"} totalCount nodes {"{"} title path kind publishedAt {"}"} {"}"} {"}"}

## What is wrong

error-in-title = Error:{" "}
error-label = Error:
problems-title = { $count ->
    [one] Primero hay que corregir una cosa
   *[other] Primero hay que corregir { $count } cosas
}
problems-late = No se cambió nada
problems-kept = Lo que escribiste sigue aquí.
problem-current = Número { $number }, “{ $title }”: { $state }
refusal-REQUIRED = Completa este campo
refusal-TOO_LONG = Esto es demasiado largo: { $limit } como máximo
refusal-TOO_SHORT = Esto es demasiado corto: { $limit } como mínimo
refusal-INVALID = Esto no se entiende; lee la indicación que está encima del campo
refusal-DUPLICATE = Esto ya está en uso
refusal-NOT_FOUND = Esto no existe, o ya no está
refusal-FORBIDDEN = No te corresponde cambiar esto
refusal-STALE_VERSION = Alguien se adelantó. Abajo está lo que hay ahora; míralo y decide otra vez si hace falta
refusal-STALE_REVISION = Hay una versión más nueva que la que leíste. Está abajo; léela antes de decidir
refusal-INVALID_TRANSITION = Esto ya estaba resuelto. Abajo está lo que hay ahora
refusal-CONFLICT_OF_INTEREST = Este es tuyo: lo decide otra persona
refusal-IDEMPOTENCY_MISMATCH = Este formulario ya se envió. Mira en “Mis envíos”, o abre un formulario nuevo
refusal-title-REQUIRED = Escribe el título
refusal-title-TOO_LONG = Acorta el título a { $limit } caracteres
refusal-url-REQUIRED = Escribe la dirección completa, con https:// al principio
refusal-url-INVALID = Escribe la dirección completa, con https:// al principio
refusal-url-DUPLICATE = Esta dirección ya está aquí, o en espera de revisión
refusal-kind-REQUIRED = Elige de qué tipo es
refusal-description-REQUIRED = Descríbelo en dos o tres frases
refusal-description-INVALID = Hay demasiadas citas o listas unas dentro de otras; simplifícalas
refusal-publishedOn-INVALID = Escribe una fecha como 2026, 2026-10 o 2026-10-05
refusal-language-INVALID = Escribe un código de idioma, como “es”, “en” o “pt-BR”
refusal-keywords-TOO_LONG = Diez palabras clave como máximo, de hasta 50 caracteres cada una
refusal-email-REQUIRED = Escribe tu correo electrónico
refusal-email-INVALID = Escribe una dirección como nombre@example.org
refusal-email-DUPLICATE = Ya hay una cuenta con esta dirección; entra con un enlace por correo
refusal-name-REQUIRED = Escribe un nombre
refusal-name-INVALID = El nombre va en una sola línea, sin direcciones web, sin @ y sin usar el de quienes administran este sitio
refusal-handle-REQUIRED = Elige un nombre de usuario
refusal-handle-TOO_SHORT = { $limit } caracteres como mínimo
refusal-handle-TOO_LONG = { $limit } caracteres como máximo
refusal-handle-INVALID = Solo letras (sin tildes ni ñ), números y guiones
refusal-handle-DUPLICATE = Alguien ya tiene este nombre de usuario; elige otro
refusal-sector-REQUIRED = Elige tu sector
refusal-agrees-REQUIRED = Lee las normas y di que las aceptas
refusal-token-FORBIDDEN = Esta cuenta está suspendida; por ahora nadie puede entrar a ella
refusal-token-NOT_FOUND = Este enlace ya no sirve; pide otro
refusal-decision-REQUIRED = Elige qué hacer con este envío
refusal-reason-REQUIRED = Elige un motivo, o escríbelo: queda guardado junto con lo que haces
refusal-requests-REQUIRED = Di qué debería cambiar, al menos en un campo
problem-400 = Esta dirección no funciona
problem-400-lead = Algo en ella no está como debería. No se perdió nada tuyo.
problem-401 = Tu sesión se cerró mientras tanto
problem-401-lead = No se perdió nada: lo que escribiste está en esta página.
problem-403 = No tienes acceso a esto
problem-403-lead = Tu cuenta no puede hacer esto, o ya no te corresponde enviar este formulario. No se cambió nada.
problem-404 = Aquí no hay ninguna página
problem-404-lead = Puede que la dirección tenga un error, o que el enlace que te trajo sea viejo. No se perdió nada tuyo.
problem-405 = Esto no se puede hacer aquí
problem-405-lead = La dirección existe, pero no para este tipo de solicitud. No se cambió nada.
problem-414 = Esta dirección es demasiado larga
problem-414-lead = Lo que pide no cabe en una dirección. Acórtala e inténtalo de nuevo.
problem-413 = Eso fue demasiado de una sola vez
problem-413-lead = Lo que enviaste es más grande de lo que admite un formulario. Regresa, acórtalo y envíalo de nuevo.
problem-415 = Este formulario no se puede leer
problem-415-lead = Llegó de una manera que los navegadores no usan. No se cambió nada.
problem-500 = Algo falló aquí
problem-500-lead = No es culpa tuya, y ya quedó anotado. No se guardó nada a medias. Inténtalo de nuevo en un minuto.
problem-408 = Eso tardó demasiado
problem-408-lead = Lo que enviaste no llegó a tiempo. Regresa y envíalo de nuevo.
problem-421 = Este sitio tiene otro nombre
problem-421-lead = No responde en esta dirección. No se perdió nada: revisa lo que está antes de la primera barra.
problem-503 = La biblioteca no está disponible por un momento
problem-503-lead = Espera unos segundos e inténtalo de nuevo. No se guardó nada a medias.
problem-other = Esto no funcionó
problem-other-lead = No se cambió nada. Regresa e inténtalo de nuevo.
problem-kept = Lo que escribiste se conserva en esta página. Envíalo de nuevo cuando quieras.
problem-send-again = Enviarlo de nuevo
problem-try-again = Inténtalo de nuevo
problem-sign-in-elsewhere = Entrar (se abre en otra pestaña)

## Letters

letter-sign-in-subject = Tu enlace para { $community }
letter-sign-in = Abre este enlace y presiona el botón para entrar en la biblioteca de { $community }, o para unirte:
letter-sign-in-end = Sirve una sola vez, durante 15 minutos. Si no lo pediste, no hagas nada: sin el enlace nadie puede entrar.
letter-published-subject = { $of ->
    [RESOURCE] En la biblioteca: { $title }
   *[other] Publicado: { $title }
}
letter-published = { $of ->
    [RESOURCE] “{ $title }” ya está en la biblioteca de { $community }. Gracias. Cualquiera puede encontrarlo aquí:
   *[other] “{ $title }” ya está a la vista de todo el mundo en { $community }. Gracias. Está aquí:
}
letter-words = Quien modera agrega:
letter-changes-subject = Cambios pedidos: { $title }
letter-changes = Alguien del equipo de moderación de { $community } leyó “{ $title }” y pide esto antes de que entre en la biblioteca:
letter-changes-where = Corrígelo y vuelve a enviarlo aquí; lo que escribiste sigue ahí:
letter-declined-subject = No incluido: { $title }
letter-declined = { $of ->
    [RESOURCE] Alguien del equipo de moderación de { $community } leyó “{ $title }” y decidió no incluirlo en la biblioteca.
   *[other] Alguien del equipo de moderación de { $community } leyó “{ $title }” y decidió no publicarlo.
}
letter-declined-where = La decisión y su motivo quedan en esta página:
letter-end = El equipo de moderación de { $community }

## The frame (topics and discussion)

nav-topics = Temas
nav-discuss = Conversación

## What was just done (topics and discussion)

done-Comment = Enviado. En esta página siempre ves cómo va tu comentario.
done-Edit = Enviado. Lo que hay ahora se queda hasta que una persona voluntaria lea tu cambio.
done-Vote = Anotado. Puedes cambiar de opinión cuando quieras.
done-Status = Guardado. Todo el mundo puede verlo.

## Topics

topics-lead = En qué trabaja la comunidad, o en qué debería trabajar. Vota por lo que quieres que venga después.
topics-suggest = Sugerir un tema
topics-show = Mostrar
topics-count = { $count ->
    [0] Ningún tema
    [one] 1 tema
   *[other] { $count } temas
}
topics-sorted-votes = Primero los más votados.
topics-sorted-newest = Primero los más nuevos.
topics-sorted-name = Por nombre, de la A a la Z.
topics-sort-votes = Por votos
topics-sort-newest = Por fecha
topics-sort-name = Por nombre
topics-none = Aquí no hay ningún tema por ahora. Míralos todos y vota por los que te importan.
topics-all = Ver todos los temas
topics-what = Un tema es una pregunta en la que la comunidad trabaja en común. Los miembros proponen temas, votan y ven qué salió de ellos.
topics-empty = Todavía nadie ha sugerido un tema. Sugiere el primero; lo leerá una persona voluntaria.
topic-status-ALL = Todos
topic-status-OPEN = Abierto
topic-status-PLANNED = Planeado
topic-status-DONE = Hecho
topic-votes = { $count ->
    [0] Todavía sin votos
    [one] 1 voto
   *[other] { $count } votos
}
topic-suggested-by = Sugerido por
topic-since = aquí desde el
topic-led-to = Dio lugar a { $count ->
    [one] un recurso
   *[other] { $count } recursos
}
topic-all-resources = Verlos todos en la biblioteca
topic-no-resources = La biblioteca todavía no tiene nada sobre esto. Comparte lo que conozcas.
topic-votes-title = Votos
topic-wanted = { $count ->
    [one] persona quiere esto
   *[other] personas quieren esto
}
topic-vote = Votar por este tema
topic-vote-hint = Un voto por persona. Puedes retirarlo.
topic-vote-is = Tu voto ya está contado.
topic-vote-back = Retirar mi voto
topic-vote-sign-in = Entrar para votar
topic-set = Indicar cómo va
on-desk = Verlo en moderación

## Suggesting a topic

topics-suggest-lead = ¿En qué debería trabajar ahora la comunidad? Bastan un nombre y unas pocas frases.
topics-then-1 = Lo lee una persona voluntaria. En todo momento ves cómo va.
topics-then-2 = Cuando ya está aquí, la comunidad vota por él, lo comenta y agrega recursos.
topics-then-3 = Cuando está planeado o hecho, el tema lo dice, y también a qué dio lugar.
topics-look-first = Ver antes lo que ya hay aquí

field-topicName = Nombre
field-topicDescription = De qué trata
field-why = Por qué importa ahora
field-keyword = Palabra clave de la que nace
field-status = Cómo va
field-ledTo = A qué dio lugar
hint-topicName = Unas pocas palabras, como las leerán las demás personas.
hint-topicDescription = Dos o tres frases: cuál es la pregunta y a quién afecta.
hint-why = A quién ayudaría. Puedes dejarlo en blanco.
hint-keyword = Los recursos con esta palabra clave se unen al tema.
hint-ledTo = Direcciones de recursos de la biblioteca, una por línea.
refusal-status-REQUIRED = Elige cómo va
refusal-ledTo-NOT_FOUND = Una de estas direcciones no está en la biblioteca; escríbelas como /resources/su-nombre
refusal-ledTo-INVALID = Una de estas direcciones no está en la biblioteca; escríbelas como /resources/su-nombre

## Suggesting an edit

edit-title = Sugerir un cambio
edit-lead = Corrige o mejora lo que haga falta. Una persona voluntaria lo lee antes de que se vea.
edit-waiting = Ya hay un cambio en espera de revisión. Cuando se decida, puedes sugerir otro.
edit-back = Volver a la página

## Discussion

field-body = Tu comentario
hint-body = Cualquiera puede leerlo. Escribe como siempre, o en Markdown.
refusal-body-REQUIRED = Escribe algo primero
talk-count = { $count ->
    [0] Todavía no hay comentarios
    [one] 1 comentario
   *[other] { $count } comentarios
}
talk-replies = { $count ->
    [0] Todavía no hay respuestas
    [one] 1 respuesta
   *[other] { $count } respuestas
}
talk-more = { $count ->
    [one] 1 respuesta más
   *[other] { $count } respuestas más
}
talk-empty = Escribe el primer comentario: una pregunta, o lo que sabes.
talk-join = Participa en la conversación
talk-pages = Páginas de la conversación
talk-start = Ir a los primeros comentarios
talk-next = Más comentarios
talk-former = Alguien que fue miembro
talk-level = Respuesta, nivel { $level }:
talk-removed = Aquí había un comentario que se quitó, o que retiró quien lo escribió.
talk-removed-why = Por qué
talk-reply = Responder
talk-reply-to = a { $name }
talk-send = Enviar comentario
talk-sign-in = Entrar para comentar
talk-one = Comentario { $number } sobre “{ $title }”
talk-title = Comentario
talk-by = Comentario de
talk-about-RESOURCE = Sobre el recurso
talk-about-TOPIC = Sobre el tema
talk-in-answer = En respuesta a
talk-too-deep = Este hilo no admite más niveles. En su lugar, responde a un comentario anterior.
talk-edit = Cambiar tu comentario
talk-edit-leave = Dejarlo como está
talk-edit-other = Solo quien escribió un comentario puede cambiarlo. Lo que sí puedes hacer es responder.
discuss-lead = Los últimos comentarios sobre recursos y temas, primero los más nuevos.
discuss-read = Leerlo en su hilo
discuss-empty = Todavía nadie ha dicho nada. Abre un tema o un recurso y escribe el primer comentario.

## What is gone

gone-down = Esto se quitó
gone-back = Esto se retiró
gone-down-lead = Estuvo aquí un tiempo. Ya no está, y esta página se queda para decir por qué.
gone-back-lead = Estuvo aquí un tiempo. Lo retiró quien lo había enviado.
gone-told = Esto es lo que se le dijo a quien lo había enviado:
gone-on = Desde el
gone-decisions = Todas las decisiones
gone-instead = Seguir desde aquí

## What was just done (beside the other done- words)

done-Letters = Guardado. Los correos sobre lo que pasa con tus propios aportes llegan en cualquier caso.
done-Stop = Listo. Ya no llegarán más correos sobre respuestas.

## The log of decisions

log-title = Decisiones
log-lead = Aquí está todo lo que se decide, con su motivo. Los motivos son públicos; los mensajes a quien hizo el envío, no.
log-count = { $count ->
    [0] Ninguna decisión
    [one] 1 decisión
   *[other] { $count } decisiones
}
log-feed-link = Seguir estas decisiones (Atom)
log-feed-title = Decisiones de { $community }
log-kind = Sobre qué se decidió
log-decision = Qué se decidió
log-month = Mes
log-month-hint = Año y mes, por ejemplo 2026-03.
log-all = Todo
log-show = Mostrar estas decisiones
log-whole = Ver todas las decisiones
log-none = Ninguna decisión cumple con todos estos filtros. Quita uno, o míralas todas.
log-empty = Todavía no se ha decidido nada. Las normas explican cómo se hace y por qué motivos.
log-of-RESOURCE = Recurso
log-of-TOPIC = Tema
log-of-COMMENT = Comentario
log-APPROVE = { $of ->
    [RESOURCE] Incluido en la biblioteca
    [TOPIC] Incluido entre los temas
    [COMMENT] Incluido en la conversación
   *[other] Publicado
}
log-REQUEST_CHANGES = Cambios pedidos
log-DECLINE = No incluido
log-REMOVE = Quitado
log-ARCHIVE = Pasado
log-edit-APPROVE = Cambio: aplicado
log-edit-REQUEST_CHANGES = Cambio: se pidió corregirlo
log-edit-DECLINE = Cambio: no incluido
log-edit-REMOVE = Cambio: quitado
log-edit-ARCHIVE = Cambio: pasado
log-comment-on = Comentario sobre
log-by-itself = automáticamente, al pasar su fecha
log-date-passed = Su fecha ya pasó.
log-number = número { $number }

## Searching the library

search-label = Buscar en la biblioteca
search-hint = Bastan unas pocas palabras. No importan las mayúsculas ni los acentos.
search-press = Buscar
search-title = “{ $query }”: { $count ->
    [0] ningún recurso
    [one] 1 recurso
   *[other] { $count } recursos
}
search-quoted = “{ $query }”
search-none = No se encontró nada en la biblioteca para
search-none-fewer = Revisa cómo está escrito, o prueba con menos palabras. Si conoces algo, compártelo.
search-none-narrowed = Revisa cómo está escrito, usa menos palabras o quita filtros. Si conoces algo, compártelo.
search-everywhere = Quitar los filtros
search-refused-title = No se hizo la búsqueda
search-refused = Cambia las palabras de arriba o mira la biblioteca sin ellas.
search-without = Mostrar sin buscar
sorted-relevance = Primero lo que mejor coincide.
sorted-soonest = Primero lo más próximo.
sort-relevance = Primero lo que mejor coincide
facet-topic = Tema
facet-more = { $count ->
    [one] 1 más
   *[other] { $count } más
}
thing-past = Pasado
refusal-query-TOO_LONG = Acorta la búsqueda: { $limit } caracteres como máximo
refusal-query-INVALID = Escribe al menos una palabra, con letras o números

## Home

home-soon = Próximamente
home-open-until = abierto hasta el
home-said = De qué se conversa
home-quote = “{ $words }”
home-quote-on = sobre
home-said-all = { $count ->
    [one] Ver el único comentario
   *[other] Ver los { $count } comentarios
}
home-part-topics-title = Sugerir un tema
home-part-topics = Pide lo que nadie ha hecho todavía, vota y mira a qué dio lugar.

## The outbox

letters-title = Correos
letters-WAITING = { $count ->
    [0] No hay correos en espera.
    [one] Hay un correo en espera.
   *[other] Hay { $count } correos en espera.
}
letters-SENT = { $count ->
    [0] No se envió ningún correo.
    [one] Se envió un correo.
   *[other] Se enviaron { $count } correos.
}
letters-CANCELLED = { $count ->
    [0] No se descartó ningún correo.
    [one] Un correo ya no se enviará.
   *[other] { $count } correos ya no se enviarán.
}
letters-empty-WAITING = Ya salió todo. Si a alguien le falta un correo, búscalo entre los enviados.
letters-empty-SENT = Un correo aparece aquí cuando el servidor de correo lo ha aceptado. Hasta entonces queda en espera.
letters-empty-CANCELLED = Un correo aparece aquí cuando ya no hace falta o no se pudo enviar.
letter-state-WAITING = En espera
letter-state-SENT = Enviados
letter-state-CANCELLED = Descartados
letter-to = Para
letter-since = Escrito el
letter-tries = Intentos
letter-next = Próximo intento
letter-sent = Enviado
letter-cancelled = Descartado
letter-failure = Qué falló
letter-is-sign-in = Enlace para entrar
letter-is-published = Publicado
letter-is-changes-requested = Cambios pedidos
letter-is-declined = No incluido
letter-is-removed = Quitado
letter-is-edit-published = Cambio aplicado
letter-is-edit-declined = Cambio no incluido
letter-is-reply = Alguien respondió
letter-is-topic-status = Novedades de un tema

## Stopping letters

stop-title = Correos sobre respuestas
stop-lead = Presiona el botón y dejaremos de escribirte cuando alguien te responda.
stop-press = No recibir más correos sobre respuestas
stop-again = Puedes volver a recibirlos cuando quieras: la casilla está en tus ajustes.
stop-settings = Abrir los ajustes
stop-bad-title = Este enlace no funciona aquí
stop-bad = Quizá se perdió un pedazo en el camino. Cópialo completo del correo o abre tus ajustes.

## Settings

settings-letters = Correos
settings-wanted = Recibir un correo cuando alguien me responda
settings-wanted-hint = Respuestas a tus comentarios y comentarios sobre lo que aportaste.
settings-letters-save = Guardar esta elección

## Letters

letter-reply-answer-subject = { $name } te respondió: { $title }
letter-reply-answer = { $name } respondió a tu comentario sobre “{ $title }” en { $community }. Lee la respuesta y contesta aquí:
letter-reply-comment-subject = { $name } hizo un comentario sobre { $title }
letter-reply-comment = { $name } hizo un comentario sobre “{ $title }”, que tú aportaste a { $community }. Lee el comentario y contesta aquí:
letter-reply-somebody = Alguien
letter-reply-stop = Para no recibir más correos sobre respuestas, abre esta página y presiona el botón:
letter-topic-OPEN-subject = Abierto de nuevo: { $name }
letter-topic-OPEN = “{ $name }”, el tema que sugeriste a { $community }, está abierto de nuevo: la comunidad puede votar por él.
letter-topic-PLANNED-subject = Planeado: { $name }
letter-topic-PLANNED = En { $community } se planea algo sobre “{ $name }”, el tema que sugeriste. Gracias.
letter-topic-DONE-subject = Hecho: { $name }
letter-topic-DONE = “{ $name }”, el tema que sugeriste a { $community }, ya dio frutos. Gracias.
letter-topic-led = Dio lugar a esto:
letter-topic-where = El tema y todo lo que reúne:
letter-removed-subject = { $of ->
    [COMMENT] Quitado: tu comentario sobre { $title }
   *[other] Quitado: { $title }
}
letter-removed = { $of ->
    [RESOURCE] Alguien del equipo de moderación de { $community } sacó “{ $title }” de la biblioteca.
    [TOPIC] Alguien del equipo de moderación de { $community } quitó tu tema “{ $title }”.
    [COMMENT] Alguien del equipo de moderación de { $community } quitó tu comentario sobre “{ $title }”.
   *[other] Alguien del equipo de moderación de { $community } quitó “{ $title }”.
}
letter-edit-published-subject = { $of ->
    [COMMENT] Tu cambio ya está aplicado: comentario sobre { $title }
   *[other] Tu cambio ya está aplicado: { $title }
}
letter-edit-published = { $of ->
    [COMMENT] Alguien del equipo de moderación de { $community } leyó el cambio en tu comentario sobre “{ $title }”. Ahora todo el mundo lee el texto nuevo. Gracias.
   *[other] Alguien del equipo de moderación de { $community } leyó el cambio que sugeriste en “{ $title }”. Ahora todo el mundo lee el texto nuevo. Gracias.
}
letter-edit-published-where = Está aquí:
letter-edit-declined-subject = { $of ->
    [COMMENT] Cambio no incluido: comentario sobre { $title }
   *[other] Cambio no incluido: { $title }
}
letter-edit-declined = { $of ->
    [COMMENT] Alguien del equipo de moderación de { $community } leyó el cambio en tu comentario sobre “{ $title }” y decidió dejar el comentario como está.
   *[other] Alguien del equipo de moderación de { $community } leyó el cambio que sugeriste en “{ $title }” y decidió dejar el texto como está.
}

## Dates, edits and claims

field-topics = Temas
field-startsAt = Empieza
field-endsAt = Termina
field-place = Lugar
field-closesAt = Cierra
hint-startsAt = Para eventos. Fecha y hora, en UTC.
hint-endsAt = Para eventos. Fecha y hora, en UTC.
hint-place = Para eventos. Dónde es; si lo pones, no hace falta enlace.
hint-closesAt = Para financiamiento. El último momento para solicitarlo, en UTC.
dates-title = Fechas, para eventos y financiamiento
refusal-startsAt-REQUIRED = Di cuándo empieza el evento
refusal-startsAt-INVALID = Solo los eventos llevan fecha de inicio: cambia el tipo o borra esto
refusal-endsAt-INVALID = Un evento termina después de empezar, y solo los eventos llevan fecha de fin; revisa las dos
refusal-place-INVALID = Solo los eventos llevan lugar: cambia el tipo o borra esto
refusal-closesAt-INVALID = Solo el financiamiento lleva fecha de cierre: cambia el tipo o borra esto
refusal-topics-INVALID = Uno de estos temas ya no está
refusal-topics-TOO_LONG = Diez temas como máximo
refusal-id-DUPLICATE = Ya hay un cambio de esto en espera; uno a la vez
refusal-id-NOT_FOUND = Lo que querías cambiar ya no está
refusal-id-FORBIDDEN = Solo quien escribió un comentario puede cambiarlo
refusal-on-NOT_FOUND = Entretanto se quitó aquello a lo que esto responde; tus palabras siguen aquí
refusal-on-TOO_LONG = Este hilo ya tiene { $limit } niveles de respuestas; responde a un comentario anterior
refusal-name-DUPLICATE = Ya hay un tema con este nombre
refusal-body-TOO_LONG = Es demasiado largo: { $limit } caracteres como máximo
refusal-body-INVALID = Hay demasiadas citas o listas unas dentro de otras; simplifícalas
refusal-name-TOO_LONG = Acorta el nombre a { $limit } caracteres
refusal-CLAIMED_BY_OTHER = Alguien del equipo ya se encarga. Quedará libre cuando decida, o al cabo de 15 minutos
refusal-decisions-REQUIRED = Elige al menos uno
refusal-decisions-TOO_LONG = { $limit } como máximo a la vez
state-ARCHIVED = Pasado
state-REMOVED = Quitado
next-ARCHIVED = Ya terminó, y se queda en la biblioteca como referencia.
next-REMOVED = El motivo está en la página de este envío.
next-edit-PENDING = Todo el mundo lee el texto anterior hasta que una persona voluntaria haya leído el tuyo.
next-edit-PUBLISHED = Ahora todo el mundo lee tu texto.
next-edit-DECLINED = El texto se quedó como estaba. El motivo está en esta página.
take-back-PUBLISHED = Retirarlo de la biblioteca
take-back-PUBLISHED-hint = Desaparece de la biblioteca, con todo lo que se dijo sobre él. Queda una nota de que lo retiraste.
event-REMOVE = Quitado
event-ARCHIVE = Movido a Pasado
event-FOUND = Aportado por la propia comunidad
event-BREAK_CLAIM = Encargo anulado por la administración
done-Claim = Te encargas durante 15 minutos. Si trabajas en ello, el plazo se prolonga.
done-Release = Vuelve a estar libre.
done-DecideMany = Listo. Lo que no se pudo decidir aparece abajo.
claim-mine = Te encargas hasta el
claim-other = Se encarga { $name }, hasta el
claim-by = Se encarga { $name }
claim-author = Alguien del equipo de moderación lo está leyendo ahora.
claim-take = Me encargo
claim-keep = Prolongar
claim-let = Dejarlo libre
claim-break = Anular el encargo
claim-break-hint = El registro guarda tu motivo.
field-claimReason = Por qué
review-changes = Qué cambia
review-changes-PUBLISHED = Frente a lo que todo el mundo lee ahora
review-changes-REVISION = Desde la versión anterior
review-no-changes = Nada en su texto.
review-compare = Comparar la versión más reciente con
review-compare-PUBLISHED = lo que todo el mundo lee
review-key = Lo subrayado es nuevo; lo tachado se quitó.
review-edit-of = Cambio en:
review-why = Por qué
review-keyword = Nace de la palabra clave
review-on = Sobre
review-answers = En respuesta a
review-take-down = Quitar, o mover a Pasado
decide-REMOVE = Quitarlo
decide-ARCHIVE = Moverlo a Pasado
decide-hint-REMOVE = Hace falta un motivo. Queda una página que lo explica.
decide-hint-ARCHIVE = Ya terminó o fue reemplazado, y se puede seguir leyendo.
queue-kind = Tipo
queue-all-kinds = Todos
queue-ARCHIVED = { $count ->
    [one] Uno está en Pasado.
   *[other] { $count } están en Pasado.
}
queue-REMOVED = { $count ->
    [one] Un envío quitado.
   *[other] { $count } envíos quitados.
}
queue-choose = Seleccionar { $title }
queue-many = Decidir sobre los seleccionados
queue-many-hint = Cada uno se decide aparte; lo que cambió entretanto no se toca.
queue-many-approve = Incluirlos en la biblioteca
queue-many-decline = No incluirlos
many-results = Qué pasó con cada uno
many-done = { $count ->
    [one] Se decidió uno.
   *[other] Se decidieron { $count }.
}
many-not = { $count ->
    [0] Ninguno quedó sin decidir.
    [one] Uno quedó sin decidir:
   *[other] { $count } quedaron sin decidir:
}
kind-RESOURCE = Recurso
kind-TOPIC = Tema
kind-COMMENT = Comentario
is-edit = Cambio
past-note = Esto ya terminó. Se queda aquí como referencia.
make-topic = Convertirla en tema
when = Cuándo
nav-letters = Correos
nav-decisions = Decisiones

## What was just done (accounts)

done-drafted = Ya entraste, y aquí está lo que escribiste. Envíalo a revisión cuando esté listo.
done-linked = Agregada. Desde ahora puedes entrar con esa cuenta.
done-kept = Lo que escribiste se guarda durante un día. Entra o únete, y lo encontrarás de nuevo.
done-ChangeEmail = Enviamos un correo a la nueva dirección. Hasta que presiones el botón de ese correo, nada cambia.
done-Confirm = Dirección confirmada. Desde ahora los correos te llegan allí.
done-RemoveIdentity = Quitada. Ya nadie puede entrar a tu cuenta de esa forma.
done-EndSession = Sesión cerrada. Ese navegador tendrá que entrar de nuevo.
done-EndOthers = Sesiones cerradas. La tuya sigue abierta aquí, y en ningún otro lugar.
done-RevokeToken = Clave anulada. Ningún programa puede entrar ya con ella.
done-RequestExport = Copia pedida. En cuanto esté lista, te llegará un correo con un enlace.
done-Leave = Tu cuenta se eliminó, y un correo lo confirma. Gracias por lo que aportaste.

## Signing in by a provider, and again

sign-in-ways = Con una cuenta que ya tienes
sign-in-with = Continuar con { $name }
sign-in-or-email = O por correo electrónico
confirm-title = Confirma que eres tú
confirm-lead = Entra una vez más. Durante los diez minutos siguientes, puedes cambiar lo más importante.
confirm-why = ¿Por qué otra vez?
confirm-why-1 = Tu dirección, tus formas de entrar, tus claves y tus datos merecen cuidado: un navegador que quedó abierto no basta para tocarlos.
confirm-why-2 = Hasta ahora no se cambió nada, y no se perdió nada.
confirm-first = Confirma primero que eres tú; toma un minuto.
confirm-press = Confirmarlo ahora
join-from = { $name } nos dijo que eres tú.
join-known = Si ya eres miembro, entra como lo hacías antes; luego agrega esta forma de entrar en tus ajustes:
link-suspended-title = Esta cuenta está suspendida
link-suspended = Por ahora no puedes entrar. No se borró nada tuyo.
link-suspended-until = Fin de la suspensión:
link-suspended-open = cuando la administración la levante
link-suspended-write = Si crees que es un error, las normas dicen qué hacer:
failed-title = No se pudo entrar
failed-title-added = No se pudo agregar
failed-refused = No nos dijeron quién eres: allí dijiste que no, o volviste atrás.
failed-state = Este intento era demasiado antiguo, ya había terminado o empezó en otro navegador.
failed-unavailable = El otro sitio no responde en este momento. No es culpa tuya.
failed-untrusted = La respuesta del otro sitio no pasó nuestra comprobación, así que no dejamos entrar a nadie.
failed-suspended = Tu cuenta está suspendida; por ahora no puedes entrar.
failed-taken = Esa cuenta ya pertenece aquí a otra persona.
failed-unlinked = Para agregar una forma de entrar, confirma primero que eres tú.
failed-other = Algo falló entre este sitio y el otro.
failed-nothing-lost = No se cambió nada, y no se perdió nada tuyo.
failed-instead = Empieza de nuevo, o pide un enlace por correo: eso funciona sin el otro sitio.
failed-press = Entrar de otra forma

## The pages of the settings

settings-pages = Páginas de los ajustes
settings-page-profile = Perfil y correos
settings-page-account = Correo y acceso
settings-page-tokens = Claves para programas
settings-page-data = Tus datos
settings-see = Ver tu perfil
settings-restricted = Por ahora puedes leer todo, pero no contribuir.
settings-restricted-until = Esto termina por sí solo el
profile-part-DIRECTORY = Mi ficha en la lista de personas
profile-part-PRONOUNS = Mis pronombres
profile-part-SECTOR = Mi sector
profile-part-ORGANISATION = Mi organización
profile-part-REGION = Mi región
profile-part-ABOUT = Sobre mí
profile-part-LINKS = Mis enlaces
field-pronouns = Pronombres
field-region = Región
field-about = Sobre ti
field-links = Enlaces
field-hidden = Lo que no ven las visitas
hint-pronouns = Por ejemplo, ella, él o elle. Puedes dejarlos en blanco.
hint-region = Ciudad, región o país, con el detalle que quieras.
hint-about = Qué haces y qué se te puede preguntar. Puedes usar Markdown.
hint-links = Uno por línea; cada uno empieza con https://.
hint-hidden = Marca lo que solo deben ver quienes han entrado como miembros.
refusal-about-INVALID = Hay demasiadas citas o listas unas dentro de otras; simplifícalas
refusal-links-INVALID = Escribe direcciones completas, una por línea, con https:// al principio

## Address, ways to sign in, sessions

access-title = Dirección y acceso
access-lead = Adónde te llegan los correos, cómo entras y dónde tienes sesiones abiertas.
access-address = Tu correo electrónico
access-address-is = Los correos llegan a
access-address-none = No tenemos ninguna dirección tuya. Danos una, para que te lleguen los correos.
access-pending = Esperamos que confirmes
access-pending-then = Presiona el botón del correo que enviamos allí. Hasta entonces, nada cambia.
access-address-send = Enviar un correo a esa dirección
access-ways = Formas de entrar
access-way-email = Un enlace por correo
access-added = agregada el
access-used = último uso:
access-remove = Quitar
access-keep = Es tu única forma de entrar, así que se queda.
access-add = Agregar { $name }
access-sessions = Dónde tienes sesiones abiertas
access-sessions-lead = Si no reconoces alguna de estas sesiones, ciérrala. No se pierde nada de lo que escribiste.
access-unknown = Navegador desconocido
access-this = Este navegador
access-since = desde el
access-seen = última actividad:
access-end = Cerrar sesión
access-end-others = Salir en todos los demás navegadores
field-newEmail = Nueva dirección
hint-newEmail = Presiona el botón del correo que enviaremos allí para confirmarla.
address-title = Confirma tu nueva dirección
address-lead = Presiona el botón y, desde ahora, los correos llegarán a
address-press = Confirmar esta dirección
address-gone = Un enlace como este sirve una sola vez, durante un día. Tus ajustes dicen qué dirección vale ahora.
refusal-SIGN_IN_AGAIN = No se cambió nada. Confirma primero que eres tú y luego presiona el botón otra vez.
refusal-SILENCED = Por ahora puedes leer, pero no contribuir. Tus ajustes dicen hasta cuándo, y por qué
refusal-identityId-INVALID_TRANSITION = Es tu única forma de entrar. Agrega otra primero

## Tokens for programs

tokens-title = Claves para programas
tokens-lead = Con una clave, un programa tuyo usa la biblioteca en tu nombre, por medio de GraphQL.
tokens-made = Tu nueva clave
tokens-secret = Clave
tokens-copy = Copiarla
tokens-once = Cópiala ahora; se muestra una sola vez.
tokens-use = Tu programa la envía con cada solicitud:
tokens-list = Tus claves
tokens-empty = No tienes ninguna. Para leer, un programa no la necesita; para actuar en tu nombre, sí. Crea una abajo.
tokens-ending = termina en …{ $ending }
tokens-until = funciona hasta el
tokens-unused = todavía sin usar
tokens-revoke = Anular
tokens-make = Crear una clave
tokens-make-press = Crearla
scope-READ = Leer lo que tú puedes leer
scope-CONTRIBUTE = Compartir, comentar y votar en tu nombre
scope-MODERATE = Revisar y decidir en tu nombre
token-days = { $count ->
    [365] Un año
   *[other] { $count } días
}
field-tokenName = Nombre
field-scopes = Qué puede hacer
field-days = Cuánto tiempo funciona
hint-tokenName = Por ejemplo, el programa que la usará. Solo tú lo lees.
hint-scopes = Solo lo que el programa necesite.
refusal-scopes-REQUIRED = Elige al menos una cosa que pueda hacer
refusal-days-REQUIRED = Elige cuánto tiempo funciona
refusal-days-INVALID = Elige una de estas opciones

## Taking one's data along, and leaving

data-title = Tus datos
data-lead = Lo que guardamos de ti es tuyo: llévate una copia, o pide que se elimine.
data-copy = Llévate una copia
data-holds = Contiene tu perfil, tus ajustes y lo que compartiste, sugeriste y dijiste, con lo que se decidió al respecto.
data-how = La preparamos en un solo archivo y te escribimos cuando esté lista. El enlace del correo sirve una sola vez, durante un día.
data-packing = Copia pedida el
data-packing-then = La estamos preparando, y cuando esté lista te llegará un correo. Puedes cerrar esta página.
data-ready = Copia lista desde el
data-ready-then = El correo que te enviamos trae el enlace. Sirve una sola vez, durante un día.
data-ask = Preparar mi copia
data-again = Preparar otra copia
data-leave = Tú eliges qué pasa con lo que aportaste. No pasa nada antes de que lo confirmes.
data-leave-open = Continuar para eliminarla
fetch-title = Tus datos están listos
fetch-lead = Presiona el botón para descargarlos. Sirve una sola vez; guarda el archivo donde nadie más lo encuentre.
fetch-press = Descargar
fetch-gone = Un enlace como este sirve una sola vez, durante un día. No se perdió nada: pide otra copia y te llegará otro correo.
fetch-again = Preparar otra copia de mis datos
leave-title = Eliminar tu cuenta
leave-lead = Se eliminan tu nombre, tu dirección y tu perfil, y se cierran todas tus sesiones. No se puede deshacer.
leave-record = Lo que se decidió aquí queda registrado, sin tu nombre.
leave-copy = Llevarme antes una copia de mis datos
leave-last = Nadie más administra este sitio. Dale antes ese rol a otra persona, para que la comunidad no se quede sola; luego puedes irte.
leave-last-members = Elegir a una persona
leave-KEEP = Conservarlo, sin mi nombre
leave-KEEP-hint = Se podrá seguir encontrando, como de alguien que dejó la comunidad.
leave-REMOVE = Quitarlo
leave-REMOVE-hint = Ya no se podrá encontrar. En su lugar queda una nota.
leave-handle = Tu nombre de usuario es
leave-press = Eliminar mi cuenta
field-contributions = Lo que aportaste
field-leaveHandle = Tu nombre de usuario, para confirmar
hint-leaveHandle = Escríbelo exactamente como aparece arriba.
refusal-contributions-REQUIRED = Elige qué pasa con lo que aportaste
refusal-handle-NOT_FOUND = Ese no es tu nombre de usuario; escríbelo como aparece arriba

## What is wrong (limits)

problem-429 = Fueron demasiadas veces en poco tiempo
problem-429-lead = Espera unos minutos; si acabas de llegar y ya compartiste tres cosas hoy, espera hasta mañana. No se cambió ni se perdió nada tuyo.

## The outbox (accounts)

letter-is-confirm-email = Confirmar una dirección
letter-is-email-changed = Cambió la dirección
letter-is-data-export = Copia de datos lista
letter-is-role-changed = Cambió el rol
letter-is-silenced = Contribuciones en pausa
letter-is-suspended = Cuenta suspendida
letter-is-restored = Cuenta restablecida
letter-is-left = Cuenta eliminada

## Letters (accounts)

letter-confirm-email-subject = Confirma tu dirección para { $community }
letter-confirm-email = Abre este enlace y presiona el botón; desde entonces, los correos de { $community } llegarán a esta dirección:
letter-confirm-email-end = Sirve una sola vez, durante un día. Si no lo pediste, no hagas nada: mientras no lo abras, nada cambia.
letter-email-changed-subject = Cambió tu dirección en { $community }
letter-email-changed = Desde ahora, los correos de { $community } y los enlaces para entrar llegan a { $email }. Este es el último correo a la dirección anterior.
letter-not-you = Si no fuiste tú, las normas dicen a quién escribir:
letter-data-export-subject = Tus datos de { $community }
letter-data-export = Tus datos de { $community } están listos. Abre este enlace, entra si se te pide y presiona el botón para descargarlos:
letter-data-export-end = Sirve una sola vez, durante un día. Si no lo pediste, no hagas nada: solo tú puedes abrirlo.
letter-role-subject = Tu rol en { $community }
letter-role-MEMBER = Desde ahora participas en { $community } como miembro: ya no revisas ni decides.
letter-role-MODERATOR = Desde ahora formas parte del equipo de moderación de { $community }. Entra, y en Moderación encontrarás lo que está en espera de revisión.
letter-role-ADMIN = Desde ahora formas parte de la administración de { $community }. Entra, y encontrarás lo que ese rol te permite hacer.
letter-silenced-subject = Por ahora puedes leer, pero no contribuir: { $community }
letter-silenced = La administración de { $community } decidió que puedes leer todo, pero no contribuir, hasta el { $until }. Después, todo vuelve a estar abierto para ti.
letter-suspended-subject = Tu cuenta está suspendida: { $community }
letter-suspended = La administración de { $community } suspendió tu cuenta hasta el { $until }. Hasta entonces no puedes entrar. No se borró nada tuyo.
letter-suspended-open = La administración de { $community } suspendió tu cuenta. No puedes entrar hasta que se restablezca. No se borró nada tuyo.
letter-restored-subject = Todo vuelve a estar abierto para ti: { $community }
letter-restored = La administración de { $community } restableció tu cuenta. Puedes entrar y contribuir como antes.
letter-left-subject = Se eliminó tu cuenta en { $community }
letter-left = Se eliminó tu cuenta en { $community }, con tu nombre, tu dirección y tu perfil. Este es el último correo. Gracias por lo que aportaste.
letter-given-reason = El motivo que se dio:
letter-appeal = Si crees que es un error, las normas dicen qué hacer:
## Members

nav-members = Personas
members-lead = Todas las personas que están aquí. Las visitas no ven a quienes eligieron no aparecer.
members-lead-visitor = A algunas personas solo las ven los miembros. Cuando te unas, las verás a todas.
members-search = Buscar a una persona
members-search-hint = Basta con parte de un nombre o de una organización.
members-all-sectors = Todos los sectores
members-count = { $count ->
    [0] Ninguna persona
    [one] 1 persona
   *[other] { $count } personas
}
members-none = Nadie en la lista coincide con esto. Prueba con parte de un nombre o con otro sector, o mira la lista completa.
members-everybody = Mostrar la lista completa
members-empty = Todavía no hay nadie en la lista. Cada miembro elige en sus ajustes si las visitas ven su ficha.

## One member

role-MEMBER = Miembro
role-MODERATOR = Moderación
role-ADMIN = Administración
person-edit = Editar tu perfil
person-edit-hint = Allí también eliges qué ven las visitas.
person-about = Sobre esta persona
person-region = Región
person-since = Miembro desde el
person-links = En otros sitios
person-brought = Aportes a la biblioteca
person-brought-none = Todavía nada. Lo que comparta esta persona aparecerá aquí cuando esté en la biblioteca.
person-brought-none-own = Todavía nada. Comparte algo, y aparecerá aquí cuando esté en la biblioteca.
restriction-SILENCED = Las contribuciones están en pausa
restriction-SUSPENDED = Esta cuenta está suspendida
restriction-until = Hasta el
restriction-open = Sin fecha de fin.
restriction-own = Mientras tanto puedes leer todo, y nada de lo que aportaste se pierde.
restriction-who = Solo ven esto esta persona, el equipo de moderación y la administración.

## For administrators

administer = Para la administración
administer-confirm-why = Estos cambios piden comprobar de nuevo quién eres.
administer-confirm = Confirma primero que eres tú
administer-SetRole = Cambiar el rol
administer-Silence = Pausar las contribuciones
administer-Suspend = Suspender la cuenta
administer-Restore = Levantar la restricción
administer-what-SetRole = Quien modera decide sobre lo que se comparte; quien administra, además, gestiona el sitio. La persona tendrá que entrar de nuevo.
administer-what-Silence = Hasta entonces, la persona puede leer todo, pero no contribuir.
administer-what-Suspend = Se cierran las sesiones de la persona, y no puede entrar. Lo que aportó se queda.
administer-what-Restore = La persona puede volver a hacerlo todo, de inmediato.
field-role = Rol
field-until = Hasta
field-suspendUntil = Hasta
field-changeReason = Motivo
field-restrictionReason = Motivo
hint-until = Fecha y hora, en UTC.
hint-suspendUntil = En UTC. Déjalo en blanco para no poner fin.
hint-changeReason = Va en el correo a esa persona, y se guarda.
hint-restrictionReason = Va en el correo a esa persona, y aparece aquí.
refusal-role-REQUIRED = Elige un rol
refusal-role-INVALID = Elige un rol
refusal-until-REQUIRED = Di hasta cuándo: una fecha y una hora
refusal-until-INVALID = Escribe una fecha y una hora que aún no hayan pasado
refusal-until-INVALID_TRANSITION = Lo que se decidió antes termina más tarde; levanta primero esa restricción
refusal-role-INVALID_TRANSITION = Ya tiene ese rol; elige otro
refusal-memberId-NOT_FOUND = Esta persona ya no está aquí
refusal-memberId-FORBIDDEN = No te corresponde hacer cambios sobre esta persona; no se cambió nada
refusal-memberId-INVALID_TRANSITION = Ya no hay ninguna restricción
done-SetRole = Listo. La persona recibe un correo, y entra de nuevo con su nuevo rol.
done-Silence = Las contribuciones están en pausa. La persona recibe un correo; el motivo y el fin aparecen abajo.
done-Suspend = La cuenta está suspendida. La persona recibe un correo; abajo puedes levantar la suspensión en cualquier momento.
done-Restore = Restricción levantada. La persona recibe un correo, y puede volver a hacerlo todo.

## The community in numbers

numbers-title = La comunidad en cifras
numbers-sectors = De qué sectores vienen los miembros
numbers-sectors-what = Personas por sector
numbers-sectors-told = El grupo más numeroso es { $sector }, con { $count ->
    [one] 1 persona
   *[other] { $count } personas
}.
numbers-growth = Crecimiento en doce meses
numbers-growth-what = Personas al final de cada mes
numbers-growth-told = En { $begin }: { $few }. En { $end }: { $many }.
numbers-table = Las cifras en una tabla
numbers-directory = Ver la lista de personas
numbers-none = Todavía no se ha unido nadie. Sé la primera persona: una dirección, un enlace, más o menos un minuto.

## Sharing without an account

share-visitor = Puedes empezar sin cuenta. Al enviar, te preguntamos quién eres, y entretanto guardamos lo que escribiste.
